"""Below the root key stands a mapping with the DAG's keys."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.node import Mapping, kind_of, kind_words
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC251",
    slug="dag-not-a-mapping",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The DAG is not a mapping of keys.",
    message="the DAG '{dag_id}' is {found} instead of a mapping",
    help="write its keys below it: schedule, default_args, tasks",
    why="The loader expects a mapping below the root key and fails on anything else.",
    example=("my_dag: just text\n"),
    fix="Write the DAG's keys below the root key, indented.",
    source=(ContractRule(1), Section("1.2")),
)


def check_dag_mapping(document: Document) -> Iterator[Diagnostic]:
    root = document.root
    if not isinstance(root, Mapping) or len(root.entries) != 1:
        return
    entry = root.entries[0]
    if not isinstance(entry.value, Mapping):
        found = kind_words(kind_of(entry.value))
        yield RULE.at(document.place(entry.key), dag_id=entry.key.text, found=found)
