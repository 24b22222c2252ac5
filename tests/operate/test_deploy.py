"""Deploying one workflow: what is asked for, kept, compared, and what happens when others work on it too."""

from __future__ import annotations

import json
import threading
import time

import pytest

from dagconv.aws import shapes
from dagconv.deploy.deployment import VERSION_MEMBERS

TEXT = """\
etl:
  schedule: {schedule}
  tasks:
    list_keys:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: data
      prefix: {prefix}
      retries: 0
"""
DAG = """
from airflow.sdk import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator

for name in ("one", "two"):
    with DAG(name, schedule=None):
        S3ListOperator(task_id="list_keys", bucket="data", retries=0)
"""


def write(stand, schedule="null", prefix="a"):
    (stand.folder / "etl.yaml").write_text(TEXT.format(schedule=schedule, prefix=prefix))


def deploy(stand, *options, code=0, env=None):
    done = stand.cli("deploy", "etl.yaml", *options, env=env)
    assert done.code == code, done.text
    return done


def first(stand, *options, **more):
    return deploy(stand, "--bucket", stand.bucket, "--role", stand.role, *options, **more)


def versions(stand, name="etl"):
    return stand.workflows()[name]["versions"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--bucket NAME"),
        (("--bucket", "mwaa-rehearsal"), "--role ARN"),
        (("--bucket", "mwaa-rehearsal", "--role", "r", "--tag", "dagconv:managed=true"), "a key of your own"),
        (("--dag", "other"), "defines etl, not other"),
        (("--subnet", "subnet-1"), "--subnet and --security-group go together"),
    ],
)
def test_what_a_new_workflow_needs_is_said(stand, options, said):
    write(stand)
    assert said in deploy(stand, *options, code=2).err
    assert stand.workflows() == {}


def test_a_schedule_goes_live_only_when_asked_for(stand):
    write(stand, schedule="0 2 * * *")
    assert "say --schedule" in first(stand, code=2).err
    refused = first(stand, "--schedule", code=2)
    assert "schedule 0 2 * * *, next run" in refused.err
    assert stand.workflows() == {}
    first(stand, "--manual")
    assert stand.workflows()["etl"]["TriggerMode"] == "MANUAL"
    assert "will run by its schedule 0 2 * * *" in stand.cli("resume", "etl").err
    assert stand.cli("resume", "etl", "--auto-approve").code == 0
    assert stand.workflows()["etl"]["TriggerMode"] == "SCHEDULED"
    assert stand.cli("pause", "etl").code == 0
    assert stand.workflows()["etl"]["TriggerMode"] == "MANUAL"
    before = versions(stand)
    assert "was already MANUAL" in stand.cli("pause", "etl").out
    assert versions(stand) == before


def test_a_dry_run_shows_members_and_changes_nothing(stand):
    write(stand)
    before = stand.state()["calls"]
    shown = first(stand, "--dry-run")
    assert "+ etl" in shown.err
    assert stand.workflows() == {}
    first(stand)
    write(stand, prefix="b")
    shown = deploy(stand, "--dry-run", "--description", "nightly")
    assert "definition: " in shown.err
    assert "Description: none -> nightly" in shown.err
    assert versions(stand) == 1
    assert len(stand.state()["calls"]) > len(before)


def test_every_member_is_sent_again(stand):
    """An update drops what it is not sent; the list of members is the service model's own."""
    shape = shapes.operation("mwaa-serverless", "UpdateWorkflow").input_shape
    assert set(shape.members) - {"WorkflowArn"} == set(VERSION_MEMBERS)
    write(stand)
    (stand.folder / "vars.env").write_text("STAGE=prod\n")
    (stand.folder / "code.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    first(
        stand, "--description", "nightly", "--env-file", "vars.env", "--code-package", "code.zip",
        "--subnet", "subnet-1", "--subnet", "subnet-2", "--security-group", "sg-1",
        "--log-group", "/mine", "--engine-version", "1", "--tag", "team=data", "--manual",
    )  # fmt: skip
    was = stand.workflows()["etl"]
    write(stand, prefix="b")
    deploy(stand)
    now = stand.workflows()["etl"]
    assert now["versions"] == 2
    kept = set(VERSION_MEMBERS) - {"DefinitionS3Location"}
    assert {name: now[name] for name in kept} == {name: was[name] for name in kept}
    assert now["DefinitionS3Location"] != was["DefinitionS3Location"]
    assert now["tags"]["team"] == "data"
    (stand.folder / "code.zip").write_bytes(b"PK\x05\x06" + bytes(17) + b"x")
    deploy(stand, "--code-package", "code.zip")
    assert stand.workflows()["etl"]["Code"] != was["Code"]


def test_a_tag_alone_uses_no_version(stand):
    write(stand)
    first(stand)
    deploy(stand, "--tag", "team=data")
    there = stand.workflows()["etl"]
    assert (there["versions"], there["tags"]["team"]) == (1, "data")
    assert "nothing to change" in deploy(stand, "--tag", "team=data").out


def test_what_the_service_ignores_is_placed(stand):
    (stand.folder / "etl.yaml").write_text(TEXT.format(schedule="null", prefix="a") + "      pool: small\n")
    done = first(stand)
    assert "ignored attributes: pool" in done.err
    assert "  at etl.yaml:9:7" in done.err


def test_a_stranger_s_workflow_is_left_alone_unless_adopted(stand):
    write(stand)
    first(stand)
    arn = stand.workflows()["etl"]["arn"]
    stand.aws("mwaa-serverless").untag_resource(ResourceArn=arn, TagKeys=["dagconv:deployed-by"])
    write(stand, prefix="b")
    for verb in (("deploy", "etl.yaml"), ("delete", "etl", "--auto-approve"), ("pause", "etl")):
        refused = stand.cli(*verb)
        assert (refused.code, "not made by dagconv; --adopt takes it over" in refused.err) == (2, True), refused.text
    assert versions(stand) == 1
    deploy(stand, "--adopt", "--auto-approve")
    assert stand.workflows()["etl"]["tags"]["dagconv:deployed-by"] == "workflow"


def test_a_file_of_several_dags_is_converted_and_one_is_chosen(stand):
    (stand.folder / "both.py").write_text(DAG)
    place = ("--bucket", stand.bucket, "--role", stand.role)
    refused = stand.cli("deploy", "both.py", *place)
    assert (refused.code, "say which by --dag: one, two" in refused.err) == (2, True), refused.text
    assert stand.cli("deploy", "both.py", "--dag", "two", *place).code == 0
    assert set(stand.workflows()) == {"two"}


def test_a_wrong_definition_never_leaves(stand):
    write(stand)
    text = (stand.folder / "etl.yaml").read_text()
    (stand.folder / "etl.yaml").write_text(text.replace("bucket:", "buckett:"))
    refused = first(stand, code=2)
    assert "etl.yaml:5:7" in refused.err
    assert stand.workflows() == {}


def test_an_earlier_version_is_deployed_again(stand):
    write(stand)
    first(stand)
    write(stand, prefix="b")
    deploy(stand)
    listed = json.loads(stand.cli("versions", "etl", "--format", "json").out)["versions"]
    assert [one["IsLatestVersion"] for one in listed] == [True, False]
    old = listed[1]["WorkflowVersion"]
    differs = stand.cli("diff", "etl", old)
    assert (differs.code, "-      prefix: a" in differs.out) == (1, True)
    assert stand.cli("deploy", "--name", "etl", "--from-version", old).code == 0
    assert versions(stand) == 3
    write(stand)
    assert stand.cli("diff", "etl.yaml").code == 0


@pytest.mark.parametrize(("call", "nth"), [("GetWorkflow", 2), ("UpdateWorkflow", 1)])
def test_another_deploy_at_the_same_time_is_noticed(stand, call, nth):
    """Somebody's version right before ours is never overwritten unseen; one that slips in between is said."""
    write(stand)
    first(stand)
    there = stand.workflows()["etl"]
    name = f"mwaa-serverless:{call}"
    before = stand.calls(name)
    write(stand, prefix="b")
    stand.fault(name, "slow", nth=nth, value=2)

    def slip_in():
        while stand.calls(name) < before + nth:
            time.sleep(0.02)
        stand.aws("mwaa-serverless").update_workflow(
            WorkflowArn=there["arn"],
            DefinitionS3Location=there["DefinitionS3Location"],
            RoleArn=stand.role,
            TriggerMode="MANUAL",
            Description="theirs",
        )

    thread = threading.Thread(target=slip_in)
    thread.start()
    done = stand.cli("deploy", "etl.yaml")
    thread.join()
    assert (done.code, "somebody" in done.err) == (1, True), done.text


@pytest.mark.parametrize("call", ["CreateWorkflow", "UpdateWorkflow", "s3:PutObject"])
@pytest.mark.parametrize("action", ["drop_before", "drop_after"])
def test_a_lost_answer_makes_one_workflow_and_one_version(stand, call, action):
    write(stand)
    if call == "UpdateWorkflow":
        first(stand)
        write(stand, prefix="b")
    stand.fault(call if ":" in call else f"mwaa-serverless:{call}", action)
    first(stand)
    assert versions(stand) == (2 if call == "UpdateWorkflow" else 1)


def test_a_fresh_role_is_waited_for(stand):
    write(stand)
    stand.set(trust_delay=20)
    stand.aws("iam").update_assume_role_policy(
        RoleName="Prod-execution-role",
        PolicyDocument=json.dumps(stand.trust() | {"Id": "fresh"}),
    )
    assert "waiting: " in first(stand).err


def test_a_namesake_on_its_way_out_is_waited_for(stand):
    write(stand)
    first(stand)
    arn = stand.workflows()["etl"]["arn"]
    assert stand.cli("delete", "etl", "--auto-approve").code == 0
    first(stand)
    assert stand.workflows()["etl"]["arn"] != arn
