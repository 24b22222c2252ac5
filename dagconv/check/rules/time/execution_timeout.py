"""The time that one attempt may take: a timedelta object, up to the service's limit."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Mapping, Node, is_null, shown
from dagconv.check.subject import Subject, TaskNode
from dagconv.check.timespan import TimespanError, is_timedelta, read_timedelta
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity
from dagconv.language.duration import shown as seconds_text

FORM = Rule(
    code="DC386",
    slug="execution-timeout-form",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="execution_timeout is not a timedelta object.",
    message="execution_timeout is {found} instead of a timedelta object",
    help="write {{__type__: datetime.timedelta, minutes: 30}}",
    why=(
        'Airflow raises "execution_timeout must be timedelta object" on numbers, text and plain '
        "mappings, also in default_args."
    ),
    example=(
        "my_dag:\n  tasks:\n    copy: {operator: airflow.operators.empty.EmptyOperator, execution_timeout: 1800}\n"
    ),
    fix="Write a timedelta object.",
    source=(ContractRule(18), Section("4"), Section("1.4")),
)

LIMIT = Rule(
    code="DC622",
    slug="execution-timeout-above-limit",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="execution_timeout is longer than the service lets a task run.",
    message="execution_timeout is {found}, but the service lets a task run at most {limit}",
    help=("write at most {limit}; let longer work run in an AWS service and wait with a sensor in mode reschedule"),
    why=("The service rejects a longer time when the workflow is created, and ends every attempt after an hour."),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    copy:\n"
        "      operator: airflow.operators.empty.EmptyOperator\n"
        "      execution_timeout: {__type__: datetime.timedelta, hours: 2}\n"
    ),
    fix="Write at most an hour; split longer work into start and wait.",
    source=(ContractRule(18), ContractRule(19), Section("4")),
)


def check_execution_timeout(subject: Subject) -> Iterator[Diagnostic]:
    for task, node in subject.settings("execution_timeout"):
        if not is_null(node):
            yield from _check(subject, node, task)


def _check(subject: Subject, node: Node, task: TaskNode | None) -> Iterator[Diagnostic]:
    if not isinstance(node, Mapping) or not is_timedelta(node):
        found = shown(node)
        yield subject.at(FORM, node, task, "execution_timeout", found=found)
        return
    try:
        seconds = read_timedelta(node).total_seconds()
    except TimespanError:
        return  # said by rule type-object
    limit = subject.service.limits.execution_timeout_max
    if not 0 < seconds <= limit:
        yield subject.at(LIMIT, node, task, "execution_timeout", found=seconds_text(seconds), limit=seconds_text(limit))
