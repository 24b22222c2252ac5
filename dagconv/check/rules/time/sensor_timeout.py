"""Sensors that wait longer than the service lets a task run."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import number_of, text_of
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity
from dagconv.language.duration import shown as seconds_text

RULE = Rule(
    code="DC387",
    slug="poke-sensor-above-limit",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A sensor in mode poke waits longer than the service lets a task run.",
    message="the sensor '{task_id}' may wait {found}, but in mode poke it is ended after {limit}",
    help="write mode: reschedule, so that each look counts for itself",
    why=(
        "A sensor in mode poke is one attempt, and each attempt ends after an hour. In mode reschedule "
        "the sensor is put aside between two looks."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    wait:\n"
        "      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor\n"
        "      bucket_key: s3://b/k\n"
        "      timeout: 86400\n"
    ),
    fix="Write `mode: reschedule`, or a timeout of at most an hour.",
    source=(ContractRule(20), Section("4"), Section("7")),
)


def check_sensor_timeout(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    if task.known is None or not task.known.sensor or text_of(task.argument("mode")) == "reschedule":
        return
    node = task.argument("timeout")
    seconds, limit = number_of(node), subject.service.limits.execution_timeout_max
    if node is not None and seconds is not None and seconds > limit:
        found, most = seconds_text(seconds), seconds_text(limit)
        yield subject.at(RULE, node, task, "timeout", found=found, limit=most)
