"""Faults of calls and of the machine around them (docs/faults.md, rows 1 to 24 and 40 to 47)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from dagconv.aws import session
from dagconv.cli.migrate import plan
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from tests.standin.stand import Stand

CREATE, UPDATE = "mwaa-serverless:CreateWorkflow", "mwaa-serverless:UpdateWorkflow"


def planned(stand: Stand, *dag_ids: str, options: tuple[str, ...] = ()) -> None:
    stand.define(*dag_ids)
    ran = stand.plan(*options)
    assert ran.code == 0, ran.text


def test_01_killed_between_upload_and_create(stand: Stand) -> None:
    planned(stand, "a")
    # records: begin, trust intent and outcome, upload intent and outcome, create intent
    assert stand.apply(env={"DAGCONV_TEST_KILL_AT": "6:before"}).code == -signal.SIGKILL
    first = stand.aws("s3").head_object(Bucket=stand.bucket, Key="yaml/a.yaml")["VersionId"]
    assert stand.cli("apply", "--resume").code == 0
    assert stand.workflows()["a"]["DefinitionS3Location"]["VersionId"] == first
    assert stand.calls("s3:PutObject") == 3  # definition, and the lock of two calls


def test_02_a_created_workflow_whose_answer_was_lost(stand: Stand) -> None:
    planned(stand, "a")
    stand.fault(CREATE, "drop_after")
    assert stand.apply().code == 0
    tokens = {r["request"]["ClientToken"] for r in stand.state()["requests"] if r["call"] == CREATE}
    assert len(tokens) == 1
    assert tokens == {r["step"]["create"]["token"] for r in stand.journal("Intent") if "create" in r["step"]}
    assert stand.workflows()["a"]["versions"] == 1


def test_02_a_conflict_with_our_own_workflow_is_adopted(stand: Stand) -> None:
    stand.deploy("a")
    for path in stand.folder.glob(".dagconv/*/journal.jsonl"):
        path.unlink()
    assert stand.apply().code == 0  # the journal is gone, the plan still says create
    (created,) = [r for r in stand.journal("StepDone") if r["key"] == {"kind": "create", "name": "a"}]
    assert created["outcome"]["adopted"] is True
    assert stand.workflows()["a"]["versions"] == 1


def test_03_an_update_whose_answer_was_lost(stand: Stand) -> None:
    stand.deploy("a")
    planned(stand, "a")
    stand.define("a", marker="y")
    assert stand.plan().code == 0
    stand.fault(UPDATE, "drop_after")
    assert stand.apply().code == 0
    assert stand.workflows()["a"]["versions"] == 2
    assert stand.calls(UPDATE) == 1


def test_04_a_torn_last_line_is_cut_off(stand: Stand) -> None:
    planned(stand, "a")
    assert stand.apply(env={"DAGCONV_TEST_KILL_AT": "7:before"}).code == -signal.SIGKILL
    (path,) = stand.folder.glob(".dagconv/*/journal.jsonl")
    with path.open("ab") as out:
        out.write(b'0123456789ab {"kind": "done", "ru')
    resumed = stand.cli("apply", "--resume")
    assert resumed.code == 0, resumed.text
    assert "torn" in resumed.err
    assert len(stand.workflows()) == 1
    assert stand.journal()[-1]["kind"] == "End"


def test_04_a_torn_middle_line_stops_until_repair(stand: Stand) -> None:
    stand.deploy("a")
    (path,) = stand.folder.glob(".dagconv/*/journal.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[1][:40] + b"\n", *lines[2:]]))
    ran = stand.cli("status")
    assert (ran.code, "damaged" in ran.err) == (2, True)
    assert stand.cli("repair", "--environment", "Prod", "--auto-approve").code == 0
    assert "1 unchanged" in stand.plan().out


def test_05_without_a_journal_the_tags_tell(stand: Stand) -> None:
    stand.deploy("a", "b")
    for path in stand.folder.glob(".dagconv/*/*"):
        path.unlink()
    assert "2 unchanged" in stand.plan().out


def test_06_a_full_disk_stops_before_the_call(stand: Stand) -> None:
    planned(stand, "a")
    script = (
        "import os, resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from dagconv.cli.main import run\n"
        "sys.exit(run(['migrate', 'apply', 'plan.json', '--auto-approve']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=stand.folder, env={**os.environ, **stand.variables},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "cannot write" in done.stderr
    assert stand.workflows() == {}
    assert stand.calls("iam:UpdateAssumeRolePolicy") == 0


def test_07_a_folder_that_cannot_be_written(stand: Stand) -> None:
    planned(stand, "a")
    (stand.folder / "file").write_text("")
    ran = stand.apply("--state-dir", str(stand.folder / "file" / "state"))
    assert ran.code == 2
    assert "--state-dir" in ran.err
    assert stand.workflows() == {}


def test_08_two_applies_at_once(stand: Stand) -> None:
    planned(stand, "a", "b", "c")
    stand.fault(CREATE, "slow", value=2.0)
    first = subprocess.Popen(
        [sys.executable, "-m", "dagconv", "migrate", "apply", "plan.json", "--auto-approve", "--state-dir", "one"],
        cwd=stand.folder, env={**os.environ, **stand.variables}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while stand.calls(CREATE) == 0:
        assert first.poll() is None
        time.sleep(0.05)
    second = stand.apply("--state-dir", "two")
    assert second.code == 2
    assert "held by" in second.err
    assert "s ago" in second.err
    same_folder = stand.apply("--state-dir", "one")
    assert same_folder.code == 2
    assert "another call works with" in same_folder.err
    first.communicate()
    assert first.returncode == 0
    assert len(stand.workflows()) == 3


def test_08_a_lock_of_a_dead_call_is_not_stolen_but_unlocked(stand: Stand) -> None:
    planned(stand, "a")
    assert stand.apply("--state-dir", "one", env={"DAGCONV_TEST_KILL_AT": "3:after"}).code == -signal.SIGKILL
    assert stand.apply("--state-dir", "two").code == 2
    freed = stand.cli("unlock", "--environment", "Prod", "--auto-approve")
    assert (freed.code, "freed the lock held by" in freed.out) == (0, True)
    assert stand.apply("--state-dir", "two").code == 0


def test_09_expired_credentials_stop_cleanly(stand: Stand) -> None:
    planned(stand, *"abcdef")
    expired = {"code": "ExpiredTokenException", "message": "The security token included in the request is expired"}
    stand.fault(CREATE, "error", nth=3, count=99, value=expired)
    ran = stand.apply("--parallel", "1")
    assert ran.code == 1
    assert "--resume" in ran.out
    assert "credentials" in ran.out
    assert stand.calls(CREATE) == 3
    stand.post("/_clear")
    assert stand.cli("apply", "--resume").code == 0
    assert len(stand.workflows()) == 6


def test_10_a_plan_for_another_region_is_refused(stand: Stand) -> None:
    planned(stand, "a")
    ran = stand.apply("--region", "eu-west-1")
    assert ran.code == 2
    assert "us-east-2" in ran.err
    assert "eu-west-1" in ran.err
    assert stand.workflows() == {}


@pytest.mark.parametrize("region", ["cn-north-1", "mars-1"])
def test_11_a_region_without_the_service(stand: Stand, region: str) -> None:
    stand.define("a")
    ran = stand.plan("--region", region)
    assert ran.code == 2
    assert f"not offered in {region}" in ran.err
    assert "us-east-2" in ran.err


def test_12_an_old_botocore_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        class input_shape:  # noqa: N801
            members = {"Name": None}

    monkeypatch.setattr("dagconv.aws.session.shapes.operation", lambda *_: Old)
    with pytest.raises(UsageError, match=session.MINIMUM_BOTOCORE):
        session.require_model()


def test_13_retry_after_in_the_body_is_waited_for(stand: Stand) -> None:
    planned(stand, "a")
    stand.fault(CREATE, "throttle", count=3, value=7)
    before = stand.state()["waited"]
    assert stand.apply().code == 0
    assert 21 <= stand.state()["waited"] - before < 40
    assert stand.calls(CREATE) == 4


def test_14_internal_errors_are_repeated_with_the_same_token(stand: Stand) -> None:
    planned(stand, "a")
    stand.fault(CREATE, "500", count=3)
    assert stand.apply().code == 0
    assert len(stand.workflows()) == 1


def test_14_an_internal_error_that_stays_fails_the_item_only(stand: Stand) -> None:
    planned(stand, "a", "b")
    stand.fault(CREATE, "500", count=40)
    ran = stand.apply("--parallel", "1")
    assert ran.code == 1
    assert "InternalServerException" in ran.out


def test_15_a_timeout_is_a_lost_answer(stand: Stand) -> None:
    stand.deploy("a")
    stand.define("a", marker="y")
    assert stand.plan().code == 0
    stand.fault(UPDATE, "timeout")
    assert stand.apply().code == 0
    assert stand.workflows()["a"]["versions"] == 2
    assert stand.calls(UPDATE) == 1


@pytest.mark.parametrize("action", ["html", "truncate", "cut"])
def test_16_pages_of_a_proxy_and_cut_answers(stand: Stand, action: str) -> None:
    planned(stand, "a", "b")
    for call in (CREATE, "mwaa-serverless:ListWorkflows", "sts:GetCallerIdentity", "s3:PutObject"):
        stand.fault(call, action)
    ran = stand.apply()
    assert ran.code == 0, ran.text
    assert len(stand.workflows()) == 2


def test_16_an_answer_that_does_not_come(stand: Stand) -> None:
    planned(stand, "a")
    stand.fault(CREATE, "slow_after", value=2.0)
    ran = stand.apply(env={"DAGCONV_TEST_READ_TIMEOUT": "0.5"})
    assert ran.code == 0, ran.text
    assert stand.workflows()["a"]["versions"] == 1


def test_16_no_connection_at_all(stand: Stand) -> None:
    stand.define("a")
    ran = stand.cli(
        "plan", "--environment", "Prod", "--definitions", "defs", env={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    )
    assert ran.code == 2
    assert "Could not connect" in ran.err


def test_17_a_foreign_workflow_is_left_alone(stand: Stand) -> None:
    stand.deploy("seed")
    location = stand.workflows()["seed"]["DefinitionS3Location"]
    planned(stand, "a", "b")
    stand.aws("mwaa-serverless").create_workflow(Name="a", RoleArn=stand.role, DefinitionS3Location=location)
    ran = stand.apply()  # planned before the foreign one came
    assert ran.code == 1
    assert "migrate import a" in ran.out
    assert stand.workflows()["a"]["tags"] == {}
    assert "b" in stand.workflows()
    again = stand.plan()
    assert (again.code, "DC806" in again.out) == (1, True)


def test_18_a_name_that_is_being_deleted_is_waited_for(stand: Stand) -> None:
    stand.deploy("a")
    assert stand.cli("rollback", "--auto-approve").code == 0
    stand.set(deletion_seconds=60)
    before = stand.state()["waited"]
    assert stand.apply().code == 0
    assert stand.state()["waited"] - before >= 50
    assert list(stand.workflows()) == ["a"]


def test_18_a_deletion_that_never_ends_fails_the_item(stand: Stand) -> None:
    stand.deploy("a")
    assert stand.cli("rollback", "--auto-approve").code == 0
    stand.set(deletion_seconds=100000)
    assert stand.apply().code == 1


def test_19_the_quota_is_counted_before_anything_is_made(stand: Stand) -> None:
    stand.define("a", "b", "c")
    ran = stand.plan("--workflow-quota", "2")
    assert ran.code == 1
    assert "DC803" in ran.out
    assert stand.apply().code == 0
    assert sorted(stand.workflows()) == ["a", "b"]


def test_19_a_quota_met_under_way_stops_creating_and_goes_on_updating(stand: Stand) -> None:
    stand.deploy("m")
    stand.define("m", marker="y")
    planned_before = stand.define("a", "b", "c", "d")
    assert planned_before.is_dir()
    assert stand.plan().code == 0
    stand.set(workflow_quota=2)
    ran = stand.apply("--parallel", "1")
    assert ran.code == 1
    assert stand.calls(CREATE) == 1 + 2
    assert stand.workflows()["m"]["versions"] == 2


def test_19_limit_leaves_the_rest_for_later(stand: Stand) -> None:
    stand.define("a", "b", "c")
    ran = stand.plan("--limit", "1")
    assert (ran.code, "1 to create" in ran.out, "2 DAGs are left" in ran.out) == (0, True, True)


def test_20_versions_are_counted_and_never_made_room_for(stand: Stand) -> None:
    stand.deploy("a")
    client = stand.aws("mwaa-serverless")
    workflow = stand.workflows()["a"]
    request = {k: workflow[k] for k in ("RoleArn", "DefinitionS3Location", "TriggerMode")}
    for _ in range(45):
        client.update_workflow(WorkflowArn=workflow["arn"], **request)
    stand.define("a", marker="y")
    near = stand.plan("--verbose")
    assert (near.code, "46 of 50" in near.out) == (0, True)
    for _ in range(4):
        client.update_workflow(WorkflowArn=workflow["arn"], **request)
    full = stand.plan()
    assert (full.code, "DC805" in full.out) == (1, True)
    assert stand.apply().code == 0
    assert stand.workflows()["a"]["arn"] == workflow["arn"]
    assert stand.workflows()["a"]["versions"] == 50, "nothing was deleted to make room"
    roomy = stand.plan("--prune-versions", "3")
    assert (roomy.code, "3 old versions are DELETED" in roomy.out) == (0, True)
    assert stand.apply().code == 0
    assert stand.workflows()["a"]["versions"] == 48
    assert stand.workflows()["a"]["arn"] == workflow["arn"]


def test_21_a_refused_definition_fails_its_item_with_the_field(stand: Stand) -> None:
    planned(stand, "a", "b")
    field = [{"Name": "a.tasks.wait", "Message": "operator 'x' is not supported"}]
    body = {"code": "ValidationException", "message": "Invalid tasks configuration.", "Reason": "fieldValidationFailed"}
    stand.fault(CREATE, "error", value={**body, "FieldList": field})
    ran = stand.apply("--parallel", "1")
    assert ran.code == 1
    assert "Invalid tasks configuration." in ran.out
    assert "a.tasks.wait" in ran.out
    assert len(stand.workflows()) == 1


def test_22_warnings_beyond_the_predicted_are_shown(stand: Stand) -> None:
    planned(stand, "a")
    stand.set(extra_warnings=["ignored attributes: surprise"])
    ran = stand.apply()
    assert ran.code == 0
    assert "not predicted: ignored attributes: surprise" in ran.out


def test_23_a_denied_call_names_the_action(stand: Stand) -> None:
    stand.define("a")
    stand.fault("mwaa:GetEnvironment", "deny", value="User: arn:aws:iam::1:user/x is not authorized")
    ran = stand.plan()
    assert ran.code == 2
    assert "airflow:GetEnvironment" in ran.err
    assert "arn:aws:iam::1:user/x" in ran.err


def test_24_without_list_rights_creation_conflicts_tell(stand: Stand) -> None:
    stand.deploy("a")
    stand.fault("mwaa-serverless:ListWorkflows", "deny", count=99)
    ran = stand.plan()
    assert ran.code == 0, ran.text
    assert "DC822" in ran.out
    assert "unknown now" in ran.out
    assert stand.apply().code == 0
    assert stand.workflows()["a"]["versions"] == 1


def test_40_every_page_is_read(stand: Stand) -> None:
    stand.set(page_size=1)
    stand.deploy(*[f"dag-{number:02}" for number in range(12)])
    assert "12 unchanged" in stand.plan().out


def test_44_a_workflow_that_was_deleted_is_not_made_blindly(stand: Stand) -> None:
    planned(stand, "a", "b")
    assert stand.apply("--parallel", "1", env={"DAGCONV_TEST_KILL_AT": "9:before"}).code == -signal.SIGKILL
    arn = stand.workflows()["a"]["arn"]
    stand.aws("mwaa-serverless").delete_workflow(WorkflowArn=arn)
    ran = stand.cli("apply", "--resume")
    assert ran.code == 1
    assert "plan again" in ran.out
    assert list(stand.workflows()) == ["b"]


def test_44_a_workflow_changed_since_the_plan_is_not_updated(stand: Stand) -> None:
    stand.deploy("a")
    stand.define("a", marker="y")
    assert stand.plan().code == 0
    workflow = stand.workflows()["a"]
    request = {k: workflow[k] for k in ("RoleArn", "DefinitionS3Location")}
    stand.aws("mwaa-serverless").update_workflow(WorkflowArn=workflow["arn"], **request)
    ran = stand.apply()
    assert (ran.code, "--overwrite" in ran.out) == (1, True)
    assert stand.workflows()["a"]["versions"] == 2
    assert stand.apply("--overwrite").code == 0
    assert stand.workflows()["a"]["versions"] == 3


def test_45_a_skewed_clock_is_shown_with_the_services_date(stand: Stand) -> None:
    stand.define("a")
    skew = {"code": "InvalidSignatureException", "message": "Signature expired: 20261123T000000Z is now earlier"}
    stand.fault("mwaa-serverless:ListWorkflows", "error", value=skew, status=403)
    ran = stand.plan()
    assert ran.code == 2
    assert "the service's clock says" in ran.err
    assert "GMT" in ran.err


def test_46_a_partial_failure_is_resumed_for_what_is_open(stand: Stand) -> None:
    planned(stand, *"abcdef")
    body = {"code": "ValidationException", "message": "not today", "Reason": "other"}
    stand.fault(CREATE, "error", nth=2, count=2, value=body)
    ran = stand.apply("--parallel", "1")
    assert ran.code == 1
    assert "2 failed: invalid" in ran.out
    assert stand.cli("apply", "--resume").code == 0
    assert stand.calls(CREATE) == 8
    assert len(stand.workflows()) == 6


def test_46_max_failures_stops_early(stand: Stand) -> None:
    planned(stand, *"abcdef")
    stand.fault(CREATE, "error", count=99, value={"code": "ValidationException", "message": "no", "Reason": "other"})
    ran = stand.apply("--parallel", "1", "--max-failures", "2")
    assert ran.code == 1
    assert stand.calls(CREATE) == 2
    assert "--max-failures 2 reached" in ran.out


def test_47_ctrl_c_finishes_the_call_under_way(stand: Stand) -> None:
    planned(stand, *"abcdef")
    stand.fault(CREATE, "slow", nth=2, value=2.0)
    ran = stand.cli("apply", "plan.json", "--auto-approve", "--parallel", "1", kill_after=1.6)
    assert ran.code == 130, ran.text
    done = [r for r in stand.journal("StepDone") if r["key"]["kind"] == "create"]
    assert len(done) == len(stand.workflows()) < 6
    assert stand.cli("apply", "--resume").code == 0
    assert len(stand.workflows()) == 6


def test_54_an_edited_or_foreign_plan_is_refused(stand: Stand) -> None:
    planned(stand, "a")
    path = stand.folder / "plan.json"
    plan = json.loads(path.read_text())
    plan["items"][0]["deployment"]["trigger"] = "SCHEDULED"
    path.write_text(json.dumps(plan))
    edited = stand.apply()
    assert (edited.code, "was edited" in edited.err) == (2, True)
    plan["tool"] = "dagconv 0.0.9"
    path.write_text(json.dumps(plan))
    older = stand.apply()
    assert (older.code, "was made by dagconv 0.0.9" in older.err) == (2, True)
    assert stand.workflows() == {}


def test_54_a_plan_whose_inputs_changed_is_stale(stand: Stand) -> None:
    planned(stand, "a")
    stand.define("a", marker="z")
    ran = stand.apply()
    assert (ran.code, "stale" in ran.err) == (2, True)
    assert stand.workflows() == {}


def test_08_a_copy_of_the_state_folder_does_not_pass_for_the_lock(stand: Stand) -> None:
    planned(stand, "a")
    assert stand.apply(env={"DAGCONV_TEST_KILL_AT": "1:before"}).code == -signal.SIGKILL  # the lock is taken
    (folder,) = stand.folder.glob(".dagconv/*")
    shutil.copytree(folder, stand.folder / "copy" / folder.name, ignore=shutil.ignore_patterns("lock-token"))
    other = stand.apply("--state-dir", "copy")
    assert (other.code, "held by" in other.err) == (2, True)
    assert stand.apply().code == 0


def test_08_a_lock_that_was_freed_and_taken_by_another_is_not_removed(stand: Stand) -> None:
    planned(stand, "a", "b")
    theirs = json.dumps({"owner": "somebody@else", "token": "theirs", "verb": "apply", "since": 0}).encode()
    stand.fault(CREATE, "slow", value=2.0)
    ours = subprocess.Popen(
        [sys.executable, "-m", "dagconv", "migrate", "apply", "plan.json", "--auto-approve"],
        cwd=stand.folder, env={**os.environ, **stand.variables}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while stand.calls(CREATE) == 0:
        assert ours.poll() is None
        time.sleep(0.05)
    key = {"Bucket": stand.bucket, "Key": "dagconv/lock/Prod.json"}
    stand.aws("s3").put_object(**key, Body=theirs)
    ours.communicate()
    assert ours.returncode == 0
    assert stand.aws("s3").get_object(**key)["Body"].read() == theirs
    assert "somebody@else" in stand.apply().err


def test_44_a_destroy_that_was_killed_is_called_again(stand: Stand) -> None:
    stand.deploy("a", "b", "c")
    killed = stand.cli("destroy", "--auto-approve", "--parallel", "1", env={"DAGCONV_TEST_KILL_AT": "4:after"})
    assert killed.code == -signal.SIGKILL
    again = stand.cli("destroy", "--auto-approve")
    assert again.code == 0, again.text
    assert stand.workflows() == {}
    assert len(stand.trust()["Statement"]) == 1


@pytest.mark.parametrize("region", [{}, {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}])
def test_a_profile_that_does_not_exist_is_named(stand: Stand, region: dict[str, str]) -> None:
    stand.define("a")
    ran = stand.cli("plan", "--environment", "Prod", "--definitions", "defs", env={"AWS_PROFILE": "nope", **region})
    assert (ran.code, "(nope) could not be found" in ran.err) == (2, True), ran.text


@pytest.mark.parametrize("data", [b"\xff\xfe", b'{"format": 1, "tool": "\xff"}', b"\x80" * 9, b""])
def test_a_plan_file_that_is_no_text_is_refused(stand: Stand, data: bytes) -> None:
    (stand.folder / "plan.json").write_bytes(data)
    ran = stand.apply()
    assert (ran.code, "plan.json is no plan" in ran.err) == (2, True), ran.text


def test_a_kept_plan_that_is_no_text_is_refused(stand: Stand) -> None:
    planned(stand, "a")
    assert stand.apply(env={"DAGCONV_TEST_KILL_AT": "4:after"}).code == -signal.SIGKILL
    (kept,) = stand.folder.glob(".dagconv/*/plan-*.json")
    kept.write_bytes(b"\xff")
    ran = stand.cli("apply", "--resume")
    assert (ran.code, "is no plan" in ran.err) == (2, True), ran.text


def test_a_region_of_the_environment_is_enough(stand: Stand) -> None:
    stand.define("a")
    ran = stand.process("plan", "--environment", "Prod", "--definitions", "defs", env={"AWS_DEFAULT_REGION": ""})
    assert ran.code == 0, ran.text


def test_a_plan_starts_as_many_workers_as_processors_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    caller = SimpleNamespace(caller=lambda: SimpleNamespace(region="us-east-2"))
    flags = {"environment": None, "definitions": None, "source": "dags"}
    made = plan._converter(SimpleNamespace(identity=caller), flags)
    assert made.options.jobs == 1
