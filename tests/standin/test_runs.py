"""Runs of the stand-in: scheduled ones, every state, failures at rendering, and logs that grow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dagconv.aws import shapes
from dagconv.standin.backing import ACCOUNT
from dagconv.standin.runs import FINAL, Run, Script, read_tasks
from dagconv.standin.scheduler import fires_between
from dagconv.standin.stage import Stage

DAG: dict[str, Any] = {"tasks": {"first": {"retries": 1}, "last": {"dependencies": ["first"]}}}
BEGIN = ["STARTING", "QUEUED", "RUNNING"]
GROUP = "/aws/mwaa-serverless/"


def run_of(script: Script) -> Run:
    return Run("r", "arn", "v", 0.0, read_tasks(DAG, script), {}, script)


def stopped() -> Run:
    run = run_of(Script())
    run.stopped_at = 15.0
    return run


def states(run: Run) -> list[str]:
    seen: list[str] = []
    for moment in range(200):
        if (state := run.state(moment)) not in seen[-1:]:
            seen.append(state)
    return seen


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (Script(), [*BEGIN, "SUCCESS"]),
        (Script(frozenset({"first"})), [*BEGIN, "FAILED"]),
        (Script(rendering_error="bad"), [*BEGIN[:2], "FAILED"]),
        (Script(limit=25), [*BEGIN, "TIMEOUT"]),
        (Script(limit=120), [*BEGIN, "SUCCESS"]),
        (Script(states={"first": ["RUNNING", "DEFERRED"]}), BEGIN),
        (Script(states={"first": ["RUNNING", "UP_FOR_RESCHEDULE", "RUNNING", "SUCCESS"]}), [*BEGIN, "SUCCESS"]),
        (Script(states={"first": ["RUNNING", "TIMEOUT"]}), [*BEGIN, "FAILED"]),
    ],
)
def test_a_run_goes_through_its_states(script: Script, expected: list[str]) -> None:
    assert states(run_of(script)) == expected


def test_what_is_cut_off_says_so() -> None:
    assert [one["Status"] for one in stopped().instances(90)] == ["CANCELLED"]
    assert [one["Status"] for one in run_of(Script(limit=25)).instances(90)] == ["TIMEOUT"]
    assert run_of(Script(rendering_error="bad")).instances(90) == []


def test_every_state_of_the_service_can_be_shown() -> None:
    of_task = shapes.operation("mwaa-serverless", "GetTaskInstance").output_shape.members["Status"].enum
    shown = {run_of(Script(states={"first": [state]})).instances(15)[0]["Status"] for state in of_task}
    assert shown == set(of_task)
    detail = shapes.operation("mwaa-serverless", "GetWorkflowRun").output_shape.members["RunDetail"]
    runs = (run_of(Script()), run_of(Script(limit=25)), run_of(Script(frozenset({"last"}))))
    seen = {state for run in runs for state in states(run)} | {stopped().state(now) for now in (16, 90)}
    assert seen == set(detail.members["RunState"].enum)
    assert {"SUCCESS", "FAILED", "TIMEOUT", "STOPPED"} == FINAL


@pytest.mark.parametrize(("schedule", "fires"), [("*/5 * * * *", 2), ("@hourly", 0), (None, 0), ("rate(5 minutes)", 0)])
def test_a_schedule_fires_by_its_cron(schedule: str | None, fires: int) -> None:
    assert len(fires_between({"schedule": schedule}, 60.0, 660.0)) == fires


TEXT = """\
etl:
  schedule: "*/5 * * * *"
  tasks:
    first: {operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator, bucket: b, retries: 0}
"""


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


def act(stage: Stage, operation: str, **request: Any) -> dict[str, Any]:
    return dict(json.loads(stage.control("/_act", {"operation": operation, "request": request}).body))


@pytest.fixture
def arn(stage: Stage, request: pytest.FixtureRequest) -> str:
    """A workflow of a fresh account; knobs are the test's parameter."""
    stage.reset()
    stage.open_environment("Prod")
    knobs = getattr(request, "param", {})
    stage.control("/_set", {"trust_delay": 0, "page_size": 100, **knobs})
    document = {
        "Effect": "Allow",
        "Principal": {"Service": "airflow-serverless.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    stage.backing.iam.update_assume_role_policy(
        RoleName="Prod-execution-role", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [document]})
    )
    stage.backing.s3.put_object(Bucket="mwaa-rehearsal", Key="etl.yaml", Body=TEXT.encode())
    made = act(
        stage, "CreateWorkflow", Name="etl", TriggerMode="SCHEDULED",
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/Prod-execution-role",
        DefinitionS3Location={"Bucket": "mwaa-rehearsal", "ObjectKey": "etl.yaml"},
    )  # fmt: skip
    return str(made["WorkflowArn"])


@pytest.mark.slow
@pytest.mark.parametrize("arn", [{"scheduler": True}], indirect=True)
def test_scheduled_runs_begin_by_themselves_until_the_trigger_is_changed(stage: Stage, arn: str) -> None:
    stage.ticker.sleep(600)
    found = act(stage, "ListWorkflowRuns", WorkflowArn=arn)["WorkflowRuns"]
    assert [run["RunType"] for run in found] == ["SCHEDULED", "SCHEDULED"]
    whole = act(stage, "GetWorkflow", WorkflowArn=arn)
    kept = {name: whole[name] for name in ("DefinitionS3Location", "RoleArn")}
    act(stage, "UpdateWorkflow", WorkflowArn=arn, TriggerMode="MANUAL", **kept)
    stage.ticker.sleep(600)
    assert len(act(stage, "ListWorkflowRuns", WorkflowArn=arn)["WorkflowRuns"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("arn", [{"late_groups": True}], indirect=True)
def test_a_log_grows_while_its_task_runs_and_outlives_the_workflow(stage: Stage, arn: str) -> None:
    def lines() -> int:
        stage.workflows.write_logs()
        logs, found = stage.backing.logs, 0
        for group in logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]:
            name = group["logGroupName"]
            for one in logs.describe_log_streams(logGroupName=name)["logStreams"]:
                found += len(logs.get_log_events(logGroupName=name, logStreamName=one["logStreamName"])["events"])
        return found

    run = act(stage, "StartWorkflowRun", WorkflowArn=arn)["RunId"]
    seen = []
    for _ in range(8):
        seen.append(lines())
        stage.ticker.sleep(5)
    assert seen == [0, 0, 2, 2, 3, 3, 4, 4]
    assert act(stage, "GetWorkflowRun", WorkflowArn=arn, RunId=run)["RunDetail"]["RunState"] == "SUCCESS"
    act(stage, "DeleteWorkflow", WorkflowArn=arn)
    stage.ticker.sleep(60)
    assert lines() == 4


@pytest.mark.slow
@pytest.mark.parametrize("arn", [{"list_lag": 30.0, "run_quota": 1}], indirect=True)
def test_a_new_workflow_is_listed_late_and_runs_have_a_quota(stage: Stage, arn: str) -> None:
    assert act(stage, "ListWorkflows")["Workflows"] == []
    assert act(stage, "GetWorkflow", WorkflowArn=arn)["Name"] == "etl"
    stage.ticker.sleep(30)
    assert len(act(stage, "ListWorkflows")["Workflows"]) == 1
    act(stage, "StartWorkflowRun", WorkflowArn=arn)
    with pytest.raises(Exception, match="1 runs going on"):
        act(stage, "StartWorkflowRun", WorkflowArn=arn)
