"""Refuses tasks of providers that the service does not have: the worker named them, and nothing can be proved."""

from __future__ import annotations

from dagconv.diagnostics import Effect, Rule, Section, Severity
from dagconv.lower.lowering import Lowering

ABSENT_OPERATOR = Rule(
    code="DC240",
    slug="operator-of-absent-provider",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task's operator belongs to a provider that the service does not have.",
    message="task {task_id} uses {operator}, whose provider the service does not have",
    help="replace the task by an operator of the Amazon provider, or keep the DAG where it is",
    why="A definition names operators by their path; the service can load only those of its own providers.",
    example="BigQueryInsertJobOperator(task_id='query')",
    fix="AthenaOperator(task_id='query')",
    source=(Section("2"),),
)


def refuse_placeholders(lowering: Lowering) -> None:
    for task in lowering.tasks:
        if task.operator.placeholder:
            lowering.refuse(ABSENT_OPERATOR, task, operator=task.operator.target)
