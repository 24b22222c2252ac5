"""Following what goes on: growing logs, every state, Ctrl-C, throttles, a session that ends, a run that fails early."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

TEXT = """\
etl:
  schedule: null
  tasks:
    first:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: data
      prefix: "{{ macros.datetime.hours }}"
      retries: 1
    last:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: data
      retries: 0
      dependencies: [first]
"""
JINJA = "type object 'datetime.datetime' has no attribute 'hours'"
WAITING = {
    "watch": ("watch", "etl"),
    "start": ("start", "etl", "--wait"),
    "logs": ("logs", "etl", "--follow"),
}


def deploy(stand):
    (stand.folder / "etl.yaml").write_text(TEXT)
    done = stand.cli("deploy", "etl.yaml", "--bucket", stand.bucket, "--role", stand.role)
    assert done.code == 0, done.text


def begin(stand, verb):
    if verb != "start":
        assert stand.cli("start", "etl").code == 0


def test_a_log_is_followed_line_by_line_from_before_its_group_is_there(stand):
    """Each line is asked for when it is new: the stand-in's streams grow while a task runs."""
    stand.set(late_groups=True, failing_tasks=["etl/first"])
    deploy(stand)
    begin(stand, "logs")
    done = stand.cli("logs", "etl", "--follow", "--format", "json")
    assert done.code == 0, done.text
    told = [json.loads(line) for line in done.out.splitlines()]
    attempt = ["INFO - Executing S3ListOperator first", "INFO - attempt {}", "INFO - 10 s"]
    failed = "ERROR - Task failed with exception: rehearsed failure"
    assert [(one["attempt"], one["line"]) for one in told] == [
        (number, line.format(number)) for number in (1, 2) for line in (*attempt, failed)
    ]
    # A stream that is read only when its task has ended is asked for once for each page; a followed one at every look.
    assert stand.calls("logs:GetLogEvents") > 2 * 8


def test_a_log_that_is_followed_shows_a_line_before_its_task_has_ended(stand):
    deploy(stand)
    begin(stand, "logs")
    environment = {"PATH": os.environ["PATH"], "HOME": str(stand.folder), **stand.variables}
    environment.pop("DAGCONV_TEST_CLOCK")  # waits as a person does, while the stand-in's clock stands still
    stand.post("/_clock", sleep=15)
    command = [sys.executable, "-m", "dagconv", "workflow", "logs", "etl", "--follow"]
    with subprocess.Popen(command, cwd=stand.folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("==> first attempt 1 <==")
        assert "Executing S3ListOperator first" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130


@pytest.mark.parametrize("verb", WAITING)
def test_ctrl_c_ends_the_wait_and_says_how_to_go_on(stand, verb):
    deploy(stand)
    begin(stand, verb)
    environment = {"PATH": os.environ["PATH"], "HOME": str(stand.folder), **stand.variables}
    environment.pop("DAGCONV_TEST_CLOCK")
    command = [sys.executable, "-m", "dagconv", "workflow", *WAITING[verb]]
    with subprocess.Popen(command, cwd=stand.folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 30
        while stand.calls("mwaa-serverless:ListTaskInstances") == 0 and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    (run,) = stand.aws("mwaa-serverless").list_workflow_runs(WorkflowArn=stand.workflows()["etl"]["arn"])[
        "WorkflowRuns"
    ]
    assert f"the run goes on; to follow it: dag-converter workflow watch etl {run['RunId']}" in err
    assert f"to stop it: dag-converter workflow stop etl {run['RunId']}" in err
    assert run["RunDetailSummary"]["Status"] == "STARTING"


@pytest.mark.parametrize("verb", WAITING)
def test_throttles_are_waited_for(stand, verb):
    deploy(stand)
    begin(stand, verb)
    stand.fault("*", "throttle", rate=0.3, value=2)
    done = stand.cli(*WAITING[verb])
    assert done.code == 0, done.text
    assert "Error" not in done.err


@pytest.mark.parametrize("verb", WAITING)
def test_a_session_that_ends_meanwhile_says_that_the_run_goes_on(stand, verb):
    deploy(stand)
    begin(stand, verb)
    expired = {"code": "ExpiredTokenException", "message": "The security token is expired"}
    stand.fault("mwaa-serverless:GetWorkflowRun", "error", nth=3, count=1000, status=403, value=expired)
    done = stand.cli(*WAITING[verb])
    assert done.code == 2, done.text
    assert "sign in again" in done.err.strip().split("\n")[-1]
    assert "the run goes on; to follow it: dag-converter workflow watch etl" in done.err
    stand.post("/_clear")
    assert stand.cli("watch", "etl").code == 0


@pytest.mark.parametrize("verb", WAITING)
def test_a_workflow_that_is_deleted_meanwhile_ends_the_wait(stand, verb):
    deploy(stand)
    begin(stand, verb)
    stand.set(deletion_seconds=0)
    delete = {"operation": "DeleteWorkflow", "request": {"WorkflowArn": stand.workflows()["etl"]["arn"]}}
    stand.fault("mwaa-serverless:GetWorkflowRun", "meanwhile", nth=2, value={"path": "/_act", "body": delete})
    done = stand.cli(*WAITING[verb])
    assert done.code == 2, done.text
    assert "does not exist" in done.err
    assert "the run goes on" not in done.err


@pytest.mark.parametrize(
    ("states", "limit", "run", "task"),
    [
        (["QUEUED", "RUNNING", "UP_FOR_RESCHEDULE", "RUNNING", "SUCCESS"], None, "SUCCESS", "SUCCESS"),
        (["RUNNING", "TIMEOUT"], None, "FAILED", "TIMEOUT"),
        (["SCHEDULED", "RESTARTING", "REMOVED"], None, "FAILED", "REMOVED"),
        (["DEFERRED"], 60, "TIMEOUT", "TIMEOUT"),
    ],
)
def test_every_state_is_shown_and_ends_as_it_should(stand, states, limit, run, task):
    deploy(stand)
    stand.set(task_states={"etl/first": states}, run_limit=limit)
    done = stand.cli("start", "etl", "--wait")
    assert done.code == (0 if run == "SUCCESS" else 1), done.text
    for state in states:
        assert f"first attempt 1: {state}" in done.err
    shown = json.loads(stand.cli("status", "etl", "--format", "json").out)
    assert (shown["state"], shown["tasks"][0]["state"]) == (run, task)
    assert "result" not in json.dumps(shown)  # what a task handed on may be a secret


def test_a_run_that_fails_at_rendering_has_no_tasks_and_says_why(stand):
    """As in the launch post, the run tells of Jinja, and there is no task to ask (contract 1.1)."""
    deploy(stand)
    stand.set(rendering_errors={"etl": JINJA})
    done = stand.cli("start", "etl", "--wait")
    assert done.code == 1, done.text
    assert JINJA in done.out
    assert "at etl.yaml:7:15" in done.out
    none = stand.cli("logs", "etl")
    assert (none.code, "no log" in none.err) == (0, True)


def test_a_run_that_the_clock_started_is_listed_and_watched(stand):
    (stand.folder / "etl.yaml").write_text(TEXT.replace("null", '"*/5 * * * *"'))
    place = ("--bucket", stand.bucket, "--role", stand.role, "--schedule", "--auto-approve")
    assert stand.cli("deploy", "etl.yaml", *place).code == 0
    stand.set(scheduler=True)
    stand.post("/_clock", sleep=600)
    runs = json.loads(stand.cli("runs", "etl", "--format", "json").out)["runs"]
    assert [run["RunType"] for run in runs] == ["SCHEDULED", "SCHEDULED"]
    newest = max(runs, key=lambda run: run["RunDetailSummary"]["CreatedOn"])["RunId"]
    assert json.loads(stand.cli("watch", "etl", "--format", "json").out)["run"] == newest
