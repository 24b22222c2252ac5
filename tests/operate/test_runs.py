"""Runs: parameters, following, exit codes that scripts can trust, and why a run failed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from dagconv.operate.runs import Attempt, RunState

TEXT = """\
etl:
  schedule: null
  params:
    day: "2026-01-01"
    size: 3
  tasks:
    first:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: data
      prefix: "{{ params.day }}"
      retries: 1
    last:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: data
      retries: 0
      trigger_rule: RULE
      dependencies: [first]
"""


@pytest.fixture
def deployed(stand):
    def deploy(rule="all_success"):
        (stand.folder / "etl.yaml").write_text(TEXT.replace("RULE", rule))
        done = stand.cli("deploy", "etl.yaml", "--bucket", stand.bucket, "--role", stand.role)
        assert done.code == 0, done.text
        return stand

    return deploy


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--param", "dya=1"), "has no parameter dya; it declares day, size"),
        (("--param", "day"), "say NAME=VALUE"),
        (("--param-json", "size={"), "is no JSON"),
    ],
)
def test_wrong_parameters_start_nothing(deployed, options, said):
    stand = deployed()
    done = stand.cli("start", "etl", *options)
    assert (done.code, said in done.err) == (2, True), done.text
    assert stand.workflows()["etl"]["runs"] == 0


def test_parameters_reach_the_run_with_their_types(deployed):
    stand = deployed()
    (stand.folder / "more.json").write_text('{"size": 1, "day": "x"}')
    done = stand.cli(
        "start", "etl", "--params-file", "more.json", "--param", "day=2026-02-02", "--param-json", "size=7"
    )
    assert done.code == 0, done.text
    (asked,) = [one["request"] for one in stand.state()["requests"] if one["call"].endswith("StartWorkflowRun")]
    assert asked["OverrideParameters"] == {"size": 7, "day": "2026-02-02"}


def test_a_run_that_succeeds_ends_with_0(deployed):
    stand = deployed()
    assert stand.cli("start", "etl", "--wait").code == 0
    shown = json.loads(stand.cli("status", "etl", "--format", "json").out)
    assert [(one["task"], one["state"]) for one in shown["tasks"]] == [("first", "SUCCESS"), ("last", "SUCCESS")]
    (run,) = json.loads(stand.cli("runs", "etl", "--format", "json").out)["runs"]
    assert run["RunId"] == shown["run"]


def test_a_failed_task_fails_the_call_though_the_run_says_success(deployed):
    """A run follows its leaves (contract 1.9): here the last task runs whatever came before."""
    stand = deployed("all_done")
    stand.set(failing_tasks=["etl/first"])
    done = stand.cli("start", "etl", "--wait")
    assert "SUCCESS" in done.out.split("\n")[0]
    assert done.code == 1
    assert "task first, attempt 2: FAILED" in done.out
    assert stand.cli("status", "etl").code == 1
    assert stand.cli("watch", "etl").code == 1


def test_a_tick_asks_only_for_what_changed(deployed):
    stand = deployed()
    assert stand.cli("start", "etl", "--wait").code == 0
    calls = stand.state()["calls"]
    ticks = calls.count("mwaa-serverless:GetWorkflowRun")
    # Two tasks, each seen running and done; the stand-in's page holds one instance.
    assert calls.count("mwaa-serverless:GetTaskInstance") == 4
    assert calls.count("mwaa-serverless:ListTaskInstances") <= 2 * ticks


def test_a_run_is_stopped_once(deployed):
    stand = deployed()
    assert stand.cli("start", "etl").code == 0
    assert "is being stopped" in stand.cli("stop", "etl").out
    stand.post("/_clock", sleep=60)
    assert "had ended already: STOPPED" in stand.cli("stop", "etl").out
    assert stand.cli("status", "etl").code == 1


def test_ctrl_c_leaves_the_run_going_and_says_how_to_stop_it(deployed):
    stand = deployed()
    environment = {"PATH": os.environ["PATH"], "HOME": str(stand.folder), **stand.variables}
    environment.pop("DAGCONV_TEST_CLOCK", None)  # waits as a person does
    command = [sys.executable, "-m", "dagconv", "workflow", "start", "etl", "--wait"]
    with subprocess.Popen(command, cwd=stand.folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 20
        while stand.calls("mwaa-serverless:GetWorkflowRun") == 0 and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "to stop it: dag-converter workflow stop etl" in err
    assert stand.calls("mwaa-serverless:StopWorkflowRun") == 0


def test_what_there_is_not_is_said(deployed):
    stand = deployed()
    assert "did you mean etl?" in stand.cli("start", "etk").err
    assert "has no run yet" in stand.cli("status", "etl").err
    assert stand.cli("status", "etl").code == 2


@pytest.mark.parametrize(
    ("state", "statuses", "good"),
    [
        ("SUCCESS", ("SUCCESS", "SKIPPED"), True),
        ("SUCCESS", ("SUCCESS", "FAILED"), False),
        ("SUCCESS", ("UPSTREAM_FAILED", "SUCCESS"), False),
        ("FAILED", ("SUCCESS",), False),
        ("TIMEOUT", ("SUCCESS",), False),
        ("STOPPED", ("SUCCESS",), False),
        ("FAILED", (), False),
    ],
)
def test_a_run_is_good_only_as_a_whole(state, statuses, good):
    attempts = tuple(Attempt(str(number), 1, status, {}) for number, status in enumerate(statuses))
    assert RunState("r", state, "", attempts).good is good


def test_the_last_attempt_of_a_task_counts():
    attempts = (Attempt("t", 1, "FAILED", {}), Attempt("t", 2, "SUCCESS", {}))
    assert RunState("r", "SUCCESS", "", attempts).good
