"""Enacts a DAG that a test writes, on the source's side, and gives what came of its tasks."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from dagconv.ir.enactment import RunPlan, Scenario, TaskRun
from dagconv.ir.rendering import OWN_MOMENT, Occasion
from dagconv.load.process import Worker
from dagconv.load.source import enact_source
from dagconv.wire.inputs import Inputs
from dagconv.wire.limits import Limits

NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
HEAD = """\
import json, os, sys, time
from datetime import datetime, timedelta
from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import DAG, Variable, get_current_context, setup, task, teardown, task_group
{before}
with DAG("d", schedule=None, start_date=datetime(2025, 1, 1), default_args=dict(retries=0)) as dag:
"""
Enacting = Callable[..., list[dict[str, TaskRun]]]


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker() as running:
        yield running


@pytest.fixture
def enacting(worker: Worker, tmp_path: Path) -> Enacting:
    """`body` are lines inside a DAG, `before` those above it; a run per pair of failing and skipped tasks."""

    def enacting(
        body: str,
        before: str = "",
        forced: Sequence[tuple[Sequence[str], Sequence[str]]] = (((), ()),),
        values: str = "text",
        instances: Sequence[tuple[str, tuple[str, ...]]] = (),
        inputs: Inputs | None = None,
    ) -> list[dict[str, TaskRun]]:
        lines = "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
        (tmp_path / "dag.py").write_text(HEAD.format(before=before) + lines)
        occasion = Occasion("by hand", False, "2025-06-11T10:30:00+00:00", values)
        scenarios = tuple(
            Scenario(str(number), occasion, tuple(failing), tuple(skipped))
            for number, (failing, skipped) in enumerate(forced)
        )
        plan = RunPlan("d", OWN_MOMENT, scenarios, (), tuple(instances))
        limits = Limits(timeout=120)
        found = enact_source(worker, tmp_path / "dag.py", tmp_path, limits, NOW, plan, inputs or Inputs())
        assert found.enactment is not None, found.diagnostics
        return [{run.task_id: run for run in enacted.tasks} for enacted in found.enactment.runs]

    return enacting
