"""Nesting deeper than any loader follows."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Severity

RULE = Rule(
    code="DC610",
    slug="nested-too-deep",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Lists and mappings are nested too deep.",
    message="values are nested more than {limit} levels deep",
    help="flatten the value, or pass it as JSON text",
    why=("The loader works by recursion; dagconv stops at 100 levels, far above what any operator takes."),
    example=("dag: {tasks: [[[[[[]]]]]]}   # and so on, a hundred times\n"),
    fix="Flatten the value.",
    source=(Engine("dagfactory.utils", "cast_with_type"),),
)


def check_depth(document: Document) -> Iterator[Diagnostic]:
    for problem, place, _ in document.found(ProblemKind.DEPTH):
        yield RULE.at(place, limit=problem.detail)
