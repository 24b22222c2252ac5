"""A `task_id` inside of the task that says something else than its key."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import shown, text_of
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC352",
    slug="inner-task-id",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The inner `task_id` differs from the task's key, which wins.",
    message="task_id is {found}, but the key '{task_id}' is what counts",
    help="make both equal, or leave task_id out",
    why=(
        "The loader takes the key as the id and overwrites the inner one without a word, so a template "
        "or dependency that names the inner one finds nothing."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    copy:\n"
        "      task_id: copy_files\n"
        "      operator: airflow.operators.empty.EmptyOperator\n"
    ),
    fix="Remove the inner task_id, or make both equal.",
    source=(ContractRule(2), Section("4")),
)


def check_inner_task_id(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    node = task.argument("task_id")
    if node is not None and text_of(node) != task.task_id:
        yield subject.at(RULE, node, task, "task_id", found=shown(node))
