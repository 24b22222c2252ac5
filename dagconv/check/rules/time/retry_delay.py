"""The pause between attempts: seconds or a timedelta object, up to the service's limit."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Mapping, Node, is_null, number_of, shown
from dagconv.check.subject import Subject, TaskNode
from dagconv.check.timespan import TimespanError, is_timedelta, read_timedelta
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity
from dagconv.language.duration import shown as seconds_text

FORM = Rule(
    code="DC385",
    slug="retry-delay-form",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="retry_delay is neither a number of seconds nor a timedelta object.",
    message="retry_delay is {found} instead of a number of seconds or a timedelta object",
    help="write the seconds as a number, or {{__type__: datetime.timedelta, minutes: 5}}",
    why="Airflow adds it up as seconds and raises on text.",
    example=(
        "my_dag:\n"
        "  default_args: {retry_delay: 5 minutes}\n"
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Write the seconds as a number, or a timedelta object.",
    source=(ContractRule(17), Section("4")),
)

LIMIT = Rule(
    code="DC621",
    slug="retry-delay-above-limit",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="retry_delay is outside of what the service takes.",
    message="retry_delay is {found}, but the service takes 0 to {limit}",
    help="write at most {limit}",
    why=("The service validates the pause during the execution of a task; a longer one fails there."),
    example=("my_dag:\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator, retry_delay: 600}}\n"),
    fix="Write a shorter pause.",
    source=(ContractRule(17), Section("4")),
)


def check_retry_delay(subject: Subject) -> Iterator[Diagnostic]:
    for task, node in subject.settings("retry_delay"):
        if not is_null(node):
            yield from _check(subject, node, task)


def _check(subject: Subject, node: Node, task: TaskNode | None) -> Iterator[Diagnostic]:
    seconds = _seconds(node)
    limit = subject.service.limits.retry_delay_max
    if seconds is None:
        if not isinstance(node, Mapping) or not is_timedelta(node):  # else said by rule type-object
            found = shown(node)
            yield subject.at(FORM, node, task, "retry_delay", found=found)
    elif not 0 <= seconds <= limit:
        yield subject.at(LIMIT, node, task, "retry_delay", found=seconds_text(seconds), limit=seconds_text(limit))


def _seconds(node: Node) -> float | None:
    if isinstance(node, Mapping) and is_timedelta(node):
        try:
            return read_timedelta(node).total_seconds()
        except TimespanError:
            return None
    return number_of(node)
