"""Words that look like a typed value and are none, such as an impossible date."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC611",
    slug="unreadable-value",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An unquoted word looks like a date or number but is none.",
    message="YAML reads {found} as a typed value that does not exist",
    help="put it in quotes: '{found}'",
    why=(
        "The YAML loader decides by the look of an unquoted word what it is; an impossible date such as "
        "2024-13-45, or a lone =, raises."
    ),
    example=("dag:\n  start_date: 2024-13-45\n"),
    fix="Correct the value, or put it in quotes if it is text.",
    source=(ContractRule(41), Section("1.8")),
)


def check_unreadable_value(document: Document) -> Iterator[Diagnostic]:
    for problem, place, _ in document.found(ProblemKind.UNREADABLE_VALUE):
        yield RULE.at(place, found=problem.detail)
