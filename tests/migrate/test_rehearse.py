"""The rehearsal as a user calls it, with the real converter, and its stand-ins served for other commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dagconv.aws.clock import REHEARSAL_CLOCK
from dagconv.cli.migrate.plan import command as plan
from dagconv.cli.migrate.rehearse import command as rehearse
from tests.standin.stand import DEFINITION

ROOT = Path(__file__).parents[2]
FULL = bool(os.environ.get("DAGCONV_TEST_FULL"))  # else by setting alone: how an option becomes one is tested elsewhere
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
    both = ((["--variables", "values.json"], {}), ([], {"DAGCONV_VARIABLES": "values.json"}))
    for more, setting in both if FULL else both[1:]:
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


def test_a_rehearsal_takes_what_a_plan_takes_but_the_account() -> None:
    """What is missing names things of an account, which the rehearsal makes itself, or is about its workflows."""
    options = [{option.opts[0] for option in one.params} for one in (plan, rehearse)]
    assert options[0] - options[1] == {
        "--environment", "--migration", "--bucket", "--prefix", "--role-arn", "--skip-trust", "--trust-policy-limit",
        "--subnet", "--security-group", "--no-network", "--kms-key", "--log-group", "--trigger-mode",
        "--trigger-mode-raw", "--prune", "--take-over", "--prune-versions", "--workflow-quota",
        "--region", "--profile", "--state-dir", "--state", "--out", "--format", "--detailed-exitcode", "-v",
    }  # fmt: skip
    assert {"--code", "--workflow-env", "--include", "--template-variables", "--jobs", "--thorough"} <= options[1]


@pytest.mark.slow
def test_what_is_given_reaches_the_plan(tmp_path: Path) -> None:
    (tmp_path / "defs").mkdir()
    for dag_id in ("a", "b"):
        (tmp_path / f"defs/{dag_id}.yaml").write_text(
            DEFINITION.format(dag_id=dag_id, schedule="0 5 * * *", marker="x")
        )
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", "migrate", "rehearse", "--definitions", "defs", "--include", "a",
         "--name-template", "mine-{dag_id}", "--workflow-env", "STAGE=x"],
        cwd=tmp_path, env={k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    shown = "--include a --name-template 'mine-{dag_id}' --workflow-env STAGE=x"
    for words in (
        shown.split("--name")[0].strip(),
        "+ create a as mine-a",
        "1 of 1 workflows are as they were deployed",
    ):
        assert words in done.stdout


@pytest.mark.slow
def test_the_stand_ins_are_served_for_calls_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "defs").mkdir()
    (tmp_path / "defs/a.yaml").write_text(DEFINITION.format(dag_id="a", schedule="0 5 * * *", marker="x"))
    bare = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    words = [sys.executable, "-m", "dagconv", "migrate"]
    with subprocess.Popen(
        [*words, "rehearse", "--serve", "--definitions", "defs"],
        cwd=tmp_path, env=bare, stdout=subprocess.PIPE, text=True,
    ) as serving:  # fmt: skip
        assert serving.stdout is not None
        exports: dict[str, str] = {}
        for line in serving.stdout:
            name, _, value = line.removeprefix("export ").strip().partition("=")
            exports[name] = value
            if name == REHEARSAL_CLOCK:
                break
        planned = subprocess.run(
            [*words, "plan", "--environment", "Rehearsal", "--definitions", "defs"],
            cwd=tmp_path, env={**bare, **exports}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        serving.terminate()
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert "+ create a" in planned.stdout
