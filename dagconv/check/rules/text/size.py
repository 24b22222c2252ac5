"""The service's limit on the size of a definition."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.service import service
from dagconv.check.document import Document, span_at
from dagconv.diagnostics import Diagnostic, Effect, Rule, Severity

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
    source="contract 9 rule 42 (contract 1.10, quota DAG definition)",
)


def check_size(document: Document) -> Iterator[Diagnostic]:
    limit = service().limits.definition_bytes
    if document.size > limit:
        yield RULE.at(span_at(document.text, 0, 1).location(document.file), size=document.size, limit=limit)
