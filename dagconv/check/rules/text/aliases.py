"""Aliases that multiply without end or contain themselves."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Severity

RULE = Rule(
    code="DC609",
    slug="alias-bomb",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Aliases expand without bound.",
    message="the aliases of this file cannot be expanded: {found}",
    help="write the values out, or use fewer levels of aliases",
    why=(
        "dag-factory copies what an alias names each time, so nine nested levels exhaust the memory of "
        "the parser and a recursive one never ends."
    ),
    example=("dag: &dag\n  again: *dag\n"),
    fix="Write the values out.",
    source=(Engine("dagfactory.utils", "cast_with_type"),),
)


def check_aliases(document: Document) -> Iterator[Diagnostic]:
    for problem, place, related in document.found(ProblemKind.ALIASES):
        yield RULE.at(place, related=related, found=problem.detail)
