"""Text that is no YAML; what the parser said, at the place where it stopped."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Severity

RULE = Rule(
    code="DC603",
    slug="yaml-syntax",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The text is not valid YAML.",
    message="not valid YAML: {said}",
    help="look for a missing quote, bracket or colon at this line or the one before",
    why="The loader stops at the first syntax error, so there is no workflow at all.",
    example=("dag:\n  tasks: [a, b\n"),
    fix="Correct the text at the place shown.",
    source=(Engine("dagfactory._yaml", "load_yaml_file"), Engine("yaml.scanner", "Scanner")),
)


def check_syntax(document: Document) -> Iterator[Diagnostic]:
    for problem, place, related in document.found(ProblemKind.SYNTAX):
        yield RULE.at(place, related=related, said=problem.detail)
