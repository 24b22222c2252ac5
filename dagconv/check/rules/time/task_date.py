"""Dates on a task: ignored by the service, and as text fatal."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from dagconv.check.node import Scalar
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Section, Severity

RULE = Rule(
    code="DC389",
    slug="task-date-form",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task has a date in a form that cannot be loaded.",
    message="{key} on a task must not be {found}: creating the task fails",
    help="remove it: the service ignores dates on tasks, the DAG's own decide",
    why=(
        "The loader reads dates on the DAG level and in default_args only. On a task the text reaches "
        "Airflow as it is, and Airflow raises AttributeError."
    ),
    example=(
        'my_dag:\n  tasks:\n    copy: {operator: airflow.operators.empty.EmptyOperator, start_date: "2024-01-01"}\n'
    ),
    fix="Remove the date from the task.",
    source=(Section("4"), Engine("dagfactory.dagbuilder", "DagBuilder.make_task")),
)


def check_task_date(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    for name in ("start_date", "end_date"):
        node = task.argument(name)
        if not isinstance(node, Scalar) or node.value is None or isinstance(node.value, datetime.datetime):
            continue
        found = f"'{node.text}'"
        yield subject.at(RULE, node, task, name, found=found)
