"""A `dag_id` inside of the DAG that says something else than the root key."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import text_of
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC253",
    slug="inner-dag-id",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The inner `dag_id` differs from the root key, which wins.",
    message="dag_id is '{found}', but the root key '{dag_id}' is what counts",
    help="make both equal, or leave dag_id out",
    why="The loader takes the root key as the id and overwrites the inner one without a word.",
    example=("my_dag:\n  dag_id: other_dag\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"),
    fix="Remove the inner dag_id, or make both equal.",
    source=(ContractRule(1), Section("1.2")),
)


def check_inner_dag_id(subject: Subject) -> Iterator[Diagnostic]:
    node = subject.dag.get("dag_id")
    if node is not None and text_of(node) != subject.dag_id:
        found = node.text if hasattr(node, "text") else "not text"
        yield subject.at(RULE, node, key="dag_id", found=found)
