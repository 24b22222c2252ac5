"""How often and how long a sensor looks: never a negative time."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Scalar
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Section, Severity

RULE = Rule(
    code="DC392",
    slug="sensor-time-negative",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A sensor's poke_interval or timeout is negative.",
    message="{key} is {found}, but must not be negative",
    help="write a number of seconds from 0 up",
    why="Airflow raises when the sensor is created.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    wait:\n"
        "      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor\n"
        "      bucket_key: s3://b/k\n"
        "      poke_interval: -1\n"
    ),
    fix="Write a number of seconds from 0 up.",
    source=(Section("4"), Engine("airflow.sdk.bases.sensor", "BaseSensorOperator")),
)


def check_sensor_interval(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    if task.known is None or not task.known.sensor:
        return
    for name in ("poke_interval", "timeout"):
        node = task.argument(name)
        value = node.value if isinstance(node, Scalar) else None
        if node is not None and isinstance(value, (int, float)) and value < 0:
            yield subject.at(RULE, node, task, name, found=value)
