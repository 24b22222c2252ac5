"""The number of retries: a whole number from 0 to the service's limit."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Node, Scalar, is_null, shown
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

FORM = Rule(
    code="DC384",
    slug="retries-form",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="retries is not a whole number.",
    message="retries is {found} instead of a whole number",
    help="write a whole number from 0 to {limit}",
    why=("The service checks the number when the task runs. Airflow cuts a fraction off and raises on words."),
    example=(
        "my_dag:\n  default_args: {retries: two}\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Write a whole number, unquoted.",
    source=(ContractRule(16), Section("4")),
)

LIMIT = Rule(
    code="DC620",
    slug="retries-above-limit",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="retries is outside of what the service takes.",
    message="retries is {found}, but the service takes 0 to {limit}",
    help="write a number from 0 to {limit}, or retry inside of the task",
    why=("The service validates the number during the execution of a task; a larger one fails there."),
    example=("my_dag:\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator, retries: 5}}\n"),
    fix="Write a number within the limit.",
    source=(ContractRule(16), Section("4")),
)


def check_retries(subject: Subject) -> Iterator[Diagnostic]:
    for task, node in subject.settings("retries"):
        if not is_null(node):
            yield from _check(subject, node, task)


def _check(subject: Subject, node: Node, task: TaskNode | None) -> Iterator[Diagnostic]:
    limit = subject.service.limits.retries_max
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or value % 1:
        found = shown(node)
        yield subject.at(FORM, node, task, "retries", found=found, limit=limit)
    elif not 0 <= value <= limit:
        yield subject.at(LIMIT, node, task, "retries", found=node.text if isinstance(node, Scalar) else "", limit=limit)
