"""Hand-built workflows and a way to run one pass over them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from dagconv.ir.task import MISSING, Argument, Operator, Origin, Task
from dagconv.ir.workflow import Workflow
from dagconv.lower.lowering import Lowering, Options

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
LIST = "airflow.providers.amazon.aws.operators.s3.S3ListOperator"
KEY_SENSOR = "airflow.providers.amazon.aws.sensors.s3.S3KeySensor"
ACCEPTS = ("bucket", "prefix", "retries", "retry_delay", "execution_timeout", "trigger_rule", "owner", "pool")


@dataclass
class Builder:
    def task(self, task_id, path=LIST, *, origin=Origin.CALL, defaults=None, target=None, bases=(), **fields):
        arguments = fields.pop("args", {})
        given = tuple(
            value if isinstance(value, Argument) else Argument(name, value, origin, (defaults or {}).get(name, MISSING))
            for name, value in arguments.items()
        )
        operator = Operator(path, target or path, fields.pop("overrides", ()), (target or path, *bases))
        return Task(task_id, operator, given, accepts=fields.pop("accepts", ACCEPTS), **fields)

    def sensor(self, task_id, path=KEY_SENSOR, **fields):
        return self.task(task_id, path, bases=("airflow.sdk.bases.sensor.BaseSensorOperator",), **fields)

    def workflow(self, *tasks, dag_id="d", **fields):
        return Workflow(dag_id, tasks=tuple(tasks), **fields)

    def run(self, step: Callable[[Lowering], None], workflow: Workflow, **options) -> Lowering:
        lowering = Lowering(workflow, Options(**{"now": NOW, **options}))
        step(lowering)
        return lowering


@pytest.fixture(scope="session")
def ir() -> Builder:
    return Builder()
