"""The number of retries: a whole number from 0 to the service's limit."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Node, Scalar, kind_of, kind_words, shown
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


def check_retries(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    yield from _check(subject, task.argument("retries"), task)


def check_default_retries(subject: Subject) -> Iterator[Diagnostic]:
    yield from _check(subject, subject.default_args.get("retries") if subject.default_args else None, None)


def _check(subject: Subject, node: Node | None, task: TaskNode | None) -> Iterator[Diagnostic]:
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return
    limit = subject.service.limits.retries_max
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value or value % 1:
        found = shown(node) if isinstance(node, Scalar) else kind_words(kind_of(node))
        yield subject.at(FORM, node, task, "retries", found=found, limit=limit)
    elif not 0 <= value <= limit:
        yield subject.at(LIMIT, node, task, "retries", found=node.text if isinstance(node, Scalar) else "", limit=limit)
