"""Characters that YAML forbids; found before the text is parsed."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Severity, Web

RULE = Rule(
    code="DC601",
    slug="control-character",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The file holds a character that YAML does not allow.",
    message="the character {found} is not allowed in YAML",
    help='delete it, or write it as an escape such as "\\\\x07" in double quotes',
    why=("PyYAML refuses control characters before it reads anything else, so the definition does not load."),
    example=('dag:\n  description: "bell here"   # with the character U+0007 in the text\n'),
    fix="Delete the character or write it as an escape in double quotes.",
    source=(Web("https://yaml.org/spec/1.1/"), Engine("dagfactory._yaml", "load_yaml_file")),
)


def check_control_character(document: Document) -> Iterator[Diagnostic]:
    for problem, place, _ in document.found(ProblemKind.CONTROL_CHARACTER):
        yield RULE.at(place, found=problem.detail)
