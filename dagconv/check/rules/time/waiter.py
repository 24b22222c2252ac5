"""Operators that wait for their own job longer than the service lets a task run."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Scalar, number_of
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity
from dagconv.language.duration import shown as seconds_text

RULE = Rule(
    code="DC388",
    slug="waiter-above-limit",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="An operator waits for its job longer than the service lets a task run.",
    message="'{task_id}' waits up to {found} for its job, but is ended after {limit}",
    help=("start the job with wait_for_completion: false and wait with a sensor in mode reschedule"),
    why=(
        "waiter_delay times waiter_max_attempts is what the operator is ready to wait, and each attempt "
        "of a task ends after an hour."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    run:\n"
        "      operator: airflow.providers.amazon.aws.operators.emr.EmrServerlessStartJobOperator\n"
        '      application_id: "1"\n'
        "      execution_role_arn: arn:aws:iam::111122223333:role/r\n"
        "      job_driver: {}\n"
        "      waiter_delay: 60\n"
        "      waiter_max_attempts: 600\n"
    ),
    fix="Split the task in two: one that starts the job, and a sensor that waits.",
    source=(ContractRule(19), Section("4")),
)


def check_waiter(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    delay, attempts = number_of(task.argument("waiter_delay")), number_of(task.argument("waiter_max_attempts"))
    waits = task.argument("wait_for_completion")
    if delay is None or attempts is None or (isinstance(waits, Scalar) and waits.value is False):
        return
    limit = subject.service.limits.execution_timeout_max
    if delay * attempts > limit:
        place = task.node.entry("waiter_max_attempts") or task.key
        found = seconds_text(delay * attempts)
        yield subject.at(RULE, place, task, "waiter_max_attempts", found=found, limit=seconds_text(limit))
