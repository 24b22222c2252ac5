"""Characters that YAML forbids; found before the text is parsed."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import Diagnostic, Effect, Rule, Severity

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
    source="YAML 1.1, section 5.1; dag-factory 1.0.1",
)


def check_control_character(document: Document) -> Iterator[Diagnostic]:
    for problem, place, _ in document.found(ProblemKind.CONTROL_CHARACTER):
        yield RULE.at(place, found=problem.detail)
