"""A file without any value."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.node import is_null
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC606",
    slug="empty-definition",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The file holds no value at all.",
    message="the file holds no definition",
    help="write the DAG id as the only root key, with its tasks below",
    why=("An empty file, or one of only comments, defines no workflow; the service wants exactly one."),
    example=("# nothing but this comment\n"),
    fix="Write a definition, or delete the file.",
    source=(ContractRule(1), Section("1.2")),
)


def check_empty(document: Document) -> Iterator[Diagnostic]:
    for _, place, _ in document.found(ProblemKind.EMPTY):
        yield RULE.at(place)
    root = document.root
    if is_null(root):
        yield RULE.at(root.span.location(document.file))
