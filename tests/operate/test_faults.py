"""Each verb against each way in which AWS fails: one line with the next step, no traceback, nothing made twice."""

from __future__ import annotations

import subprocess
import sys

import pytest

TEXT = """\
etl:
  schedule: null
  tasks:
    list_keys:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: {bucket}
      retries: 0
"""
# Verb, its arguments, and the call that it cannot do without.
VERBS = {
    "deploy": (("deploy", "etl.yaml"), "UpdateWorkflow"),
    "list": (("list",), "ListWorkflows"),
    "show": (("show", "etl"), "GetWorkflow"),
    "versions": (("versions", "etl"), "ListWorkflowVersions"),
    "diff": (("diff", "etl.yaml"), "GetWorkflow"),
    "pause": (("pause", "etl"), "UpdateWorkflow"),
    "start": (("start", "etl"), "StartWorkflowRun"),
    "runs": (("runs", "etl"), "ListWorkflowRuns"),
    "status": (("status", "etl"), "GetWorkflowRun"),
    "watch": (("watch", "etl"), "GetWorkflowRun"),
    "stop": (("stop", "etl"), "StopWorkflowRun"),
    "logs": (("logs", "etl"), "ListTaskInstances"),
    "delete": (("delete", "etl", "--auto-approve"), "DeleteWorkflow"),
}
# Faults, and what the line says.
STAYS = {
    "deny": ({}, "lacks this permission"),
    "error": ({"value": {"code": "ExpiredTokenException", "message": "The security token is expired"}, "status": 403},
              "sign in again"),
    "throttle": ({}, "try again in a minute"),
    "500": ({}, ""),
}  # fmt: skip
# Garbled answers are as good as lost ones.
PASSES = ("throttle", "drop_before", "drop_after", "html", "truncate")


def changed(stand):
    (stand.folder / "etl.yaml").write_text(TEXT.format(bucket="other"))


@pytest.fixture
def running(stand):
    """A workflow with a run in progress, and a definition that differs."""
    (stand.folder / "etl.yaml").write_text(TEXT.format(bucket="data"))
    place = ("--bucket", stand.bucket, "--role", stand.role)
    for call in (("deploy", "etl.yaml", *place), ("start", "etl")):
        done = stand.cli(*call)
        assert done.code == 0, done.text
    stand.aws("mwaa-serverless").update_workflow(
        **{
            "WorkflowArn": stand.workflows()["etl"]["arn"],
            **{k: stand.workflows()["etl"][k] for k in ("DefinitionS3Location", "RoleArn")},
            "TriggerMode": "SCHEDULED",
        }
    )
    changed(stand)
    return stand


@pytest.mark.parametrize("fault", STAYS)
@pytest.mark.parametrize("verb", VERBS)
def test_what_stays_wrong_ends_with_one_line(running, verb, fault):
    arguments, call = VERBS[verb]
    if verb == "delete":
        running.post("/_clock", sleep=600)
    before = running.workflows()
    options, said = STAYS[fault]
    running.fault(f"mwaa-serverless:{call}", fault, count=1000, **options)
    done = running.cli(*arguments)
    assert done.code == 2, done.text
    assert "Traceback" not in done.text
    last = done.err.strip().split("\n")[-1]
    assert last.startswith("Error: ")
    assert said in last
    assert running.workflows() == before


@pytest.mark.parametrize("fault", PASSES)
@pytest.mark.parametrize("verb", ["deploy", "pause", "start", "delete"])
def test_what_passes_is_carried_out_once(running, verb, fault):
    arguments, call = VERBS[verb]
    if verb == "delete":
        running.post("/_clock", sleep=600)
    before = running.workflows()["etl"]
    running.fault(f"mwaa-serverless:{call}", fault)
    done = running.cli(*arguments)
    assert done.code == 0, done.text
    if verb == "delete":
        assert running.workflows() == {}
        return
    after = running.workflows()["etl"]
    assert after["versions"] == before["versions"] + (verb in ("deploy", "pause"))
    assert after["runs"] == before["runs"] + (verb == "start")


@pytest.mark.parametrize("verb", VERBS)
def test_without_credentials_nothing_is_tried(running, verb):
    bare = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
    done = running.cli(*VERBS[verb][0], env={**bare, "AWS_PROFILE": "", "AWS_SHARED_CREDENTIALS_FILE": "/nowhere"})
    assert done.code == 2, done.text
    assert "Traceback" not in done.text


def test_a_workflow_that_is_deleted_meanwhile_ends_the_watch(running):
    running.fault("mwaa-serverless:GetWorkflowRun", "error", nth=2, count=1000, status=404,
                  value={"code": "ResourceNotFoundException", "message": "gone"})  # fmt: skip
    done = running.cli("watch", "etl")
    assert done.code == 2, done.text
    assert "gone" in done.err


def test_a_run_in_progress_keeps_a_workflow_from_being_deleted(running):
    done = running.cli("delete", "etl", "--auto-approve")
    assert (done.code, "run going on" in done.err) == (2, True), done.text
    done = running.cli("delete", "etl", "--auto-approve", "--wait", "600")
    assert done.code == 0, done.text


def test_the_verbs_of_a_migration_pass_over_it(running):
    """Prune, cutover, rollback and destroy know workflows by their own tags."""
    before = running.workflows()["etl"]
    running.post("/_clock", sleep=600)
    running.verbs = "migrate"
    running.define("other")
    for call in (
        ("plan", "--environment", "Prod", "--definitions", "defs", "--out", "plan.json", "--prune"),
        ("apply", "plan.json", "--auto-approve"),
        ("cutover", "--paused-by-hand", "--environment", "Prod", "--auto-approve"),
        ("rollback", "--auto-approve"),
        ("destroy", "--auto-approve"),
    ):
        done = running.cli(*call)
        assert done.code in (0, 1), done.text
    assert running.workflows()["etl"] == before


def test_the_command_starts_without_boto3_and_airflow():
    code = "import sys, dagconv.cli.main as m; m.run(['workflow', '--help'])"
    code += "; print({'boto3', 'airflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("set()")
