"""The service's limit on the size of a definition."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.service import service
from dagconv.check.document import Document, span_at
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC602",
    slug="definition-above-limit",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The definition is larger than the service takes.",
    message="the definition has {size} bytes, above the service's limit of {limit}",
    help=("split the workflow, or move long texts (SQL, scripts) to Amazon S3 or into the code package"),
    why=("The quota for a definition is 50 KB, counted in bytes of UTF-8. It is checked when the workflow is created."),
    example=("# a definition with 300 tasks of 200 bytes each\n"),
    fix="Split the workflow in two, or move long texts out of the definition.",
    source=(ContractRule(42), Section("1.10")),
)

NEAR = Rule(
    code="DC613",
    slug="definition-near-limit",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The definition may be larger than the service takes.",
    message="the definition has {size} bytes; whether the service's 50 KB are {certain} or {limit} bytes is not said",
    help="stay below {certain} bytes to be sure",
    why="The quota is stated as 50 KB only. Between the two readings the service may refuse the definition.",
    example="# a definition of 50,500 bytes\n",
    fix="Shorten the definition, or move long texts out of it.",
    source=(ContractRule(42), Section("1.10")),
)


def check_size(document: Document) -> Iterator[Diagnostic]:
    limits = service().limits
    limit, certain = limits.definition_bytes, limits.definition_bytes_certain
    place = span_at(document.text, 0, 1).location(document.file)
    if document.size > limit:
        yield RULE.at(place, size=document.size, limit=limit)
    elif document.size > certain:
        yield NEAR.at(place, size=document.size, limit=limit, certain=certain)


def refuse_least_size(least: int) -> Diagnostic | None:
    """For a definition that is too large to be worth writing: `least` is a lower bound of its bytes."""
    limit = service().limits.definition_bytes
    return RULE.at(None, size=f"at least {least}", limit=limit) if least > limit else None
