"""The rehearsal as a user calls it, with the real converter, and its stand-ins served for other commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DAGS = ROOT / "fixtures/migrate/environment/dags"


@pytest.mark.airflow
def test_a_whole_migration_with_a_crash(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", "migrate", "rehearse", "--source", str(DAGS), "--crash"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for text in (
        "Plan ", "9 to create", "3 refused", "# 2 workflows exist now", "9 of 9 workflows are as they were deployed",
        "0 workflows differ", "# After the rollback: 0 workflows, 0 paused DAGs",
    ):  # fmt: skip
        assert text in done.stdout
    assert len(list(DAGS.glob("*.py"))) == 12


VALUED = """\
from airflow import DAG
from airflow.models import Variable
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
import datetime

with DAG("valued", schedule="@daily", start_date=datetime.datetime(2024, 1, 1), catchup=False):
    S3ListOperator(task_id="list", bucket=Variable.get("data_bucket"))
"""


@pytest.mark.airflow
def test_inputs_are_given_as_to_a_plan_by_option_and_by_setting(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags/valued.py").write_text(VALUED)
    (tmp_path / "values.json").write_text('{"data_bucket": "raw"}')
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    command = [sys.executable, "-m", "dagconv", "migrate", "rehearse", "--source", "dags"]
    for more, setting in ((["--variables", "values.json"], {}), ([], {"DAGCONV_VARIABLES": "values.json"})):
        done = subprocess.run(
            [*command, *more], cwd=tmp_path, env=environment | setting, capture_output=True, text=True, timeout=240
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 of 1 workflows are as they were deployed" in done.stdout
    bare = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)
    assert "Variable" in bare.stdout
    assert "of 1 workflows are as" not in bare.stdout


def test_without_dags_it_says_what_it_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", "migrate", "rehearse"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "--source DIR or --definitions DIR" in done.stderr
