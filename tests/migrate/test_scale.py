"""A hundred workflows through throttles and lost answers; a thousand files planned in bounded memory."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.standin.stand import Stand

FULL = bool(os.environ.get("DAGCONV_TEST_FULL"))
COUNT = 100 if FULL else 25
DAG = """
import datetime
from airflow import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator

with DAG("dag_{number:04}", schedule="0 5 * * *", start_date=datetime.datetime(2024, 1, 1), catchup=False):
    S3ListOperator(task_id="list", bucket="b", retries=0, execution_timeout=datetime.timedelta(minutes=5))
"""
MEMORY = """
import resource, sys
from dagconv.cli.main import run
code = run(["migrate", "plan", *sys.argv[1:]])
sys.stdout.flush()
print("PEAK", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(code)
"""


def test_many_workflows_through_throttles_and_lost_answers(stand: Stand) -> None:
    stand.define(*[f"dag-{number:03}" for number in range(COUNT)])
    assert stand.plan().code == 0
    quiet = COUNT * 3 + 8  # head, put and create for each, and what frames them
    before = len(stand.state()["calls"])
    stand.fault("mwaa-serverless:*", "throttle", rate=0.2, value=2)
    stand.fault("s3:PutObject", "error", rate=0.2, value={"code": "SlowDown"}, status=503)
    stand.fault("*:[CUP]*", "drop_after", rate=0.05)
    ran = stand.apply("--parallel", "8")
    assert ran.code == 0, ran.text
    made = stand.workflows()
    assert len(made) == COUNT
    assert all(workflow["versions"] == 1 for workflow in made.values())
    assert len(stand.state()["calls"]) - before <= 3 * quiet
    assert stand.state()["waited"] > 0


@pytest.mark.skipif(not FULL, reason="plans a thousand files twice; make test-migrate-full")
def test_memory_does_not_grow_with_the_number_of_files(stand: Stand) -> None:
    peaks = {}
    for count in (100, 1000):
        stand.define(*[f"dag-{number:04}" for number in range(count)], folder=f"defs{count}")
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, "--environment", "Prod", "--definitions", f"defs{count}",
             "--workflow-quota", "2000", "--out", "plan.json"],
            cwd=stand.folder, env={**os.environ, **stand.variables}, capture_output=True, text=True, timeout=280,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        peaks[count] = int(done.stdout.rsplit("PEAK", 1)[1])
    assert peaks[1000] <= 1.3 * peaks[100]


@pytest.mark.airflow
@pytest.mark.timeout(1500)
@pytest.mark.skipif(not FULL, reason="converts 1,100 files; make test-migrate-full")
def test_memory_does_not_grow_with_the_number_of_dag_files(bare: Stand) -> None:
    """The same from the environment's bucket, each file downloaded and converted. The worker is a process apart."""
    peaks = {}
    for count in (100, 1000):
        dags = bare.folder / f"dags{count}"
        dags.mkdir()
        for number in range(count):
            (dags / f"dag_{number:04}.py").write_text(DAG.format(number=number))
        bare.post("/_reset")
        bare.open(dags=str(dags))
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, "--environment", "Prod", "--workflow-quota", "2000", "--out", "plan.json"],
            cwd=bare.folder, env={**os.environ, **bare.variables}, capture_output=True, text=True, timeout=1200,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        assert f"{count} to create" in done.stdout
        peaks[count] = int(done.stdout.rsplit("PEAK", 1)[1])
    print("peak memory in KB:", peaks)
    assert peaks[1000] <= 1.3 * peaks[100]
