"""A whole migration by the command line: plan, apply, verify, cut over, take back."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from dagconv.catalog.files import read_schema
from dagconv.deploy.steps.step import StepKey

if TYPE_CHECKING:
    from tests.standin.stand import Stand


def test_plan_changes_nothing_and_fits_its_schema(stand: Stand) -> None:
    stand.define("a", "b")
    ran = stand.plan()
    assert ran.code == 0
    assert "+ create a" in ran.out
    assert "2 to create" in ran.out
    mutating = [
        c for c in stand.state()["calls"] if c.split(":")[1].startswith(("Create", "Update", "Put", "Delete", "Tag"))
    ]
    assert mutating == []
    plan = json.loads((stand.folder / "plan.json").read_text())
    jsonschema.validate(plan, read_schema("plan.schema.json"))
    assert (stand.folder / "plan.json").stat().st_mode & 0o777 == 0o600


def test_the_way_of_a_migration_in_fresh_processes(stand: Stand) -> None:
    stand.define("a", "b")
    assert stand.process("plan", "--environment", "Prod", "--definitions", "defs", "--out", "plan.json").code == 0
    applied = stand.process("apply", "plan.json", "--auto-approve")
    assert applied.code == 0, applied.text
    made = stand.workflows()
    assert {w["TriggerMode"] for w in made.values()} == {"MANUAL"}
    assert all("VersionId" in w["DefinitionS3Location"] for w in made.values())
    verified = stand.process("verify")
    assert (verified.code, verified.out.splitlines()[-1]) == (0, "2 of 2 workflows are as they were deployed")
    cut = stand.process("cutover", "--paused-by-hand", "--auto-approve")
    assert cut.code == 0, cut.text
    assert {w["TriggerMode"] for w in stand.workflows().values()} == {"SCHEDULED"}
    taken = stand.process("rollback", "--auto-approve")
    assert taken.code == 0, taken.text
    assert stand.workflows() == {}
    assert len(stand.trust()["Statement"]) == 1


def test_a_second_plan_finds_everything_unchanged(stand: Stand) -> None:
    stand.deploy("a", "b")
    again = stand.plan("--detailed-exitcode")
    assert again.code == 0
    assert "2 unchanged" in again.out


def test_a_changed_definition_makes_one_new_version_and_keeps_the_mode(stand: Stand) -> None:
    stand.deploy("a")
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    stand.define("a", marker="y")
    planned = stand.plan("--detailed-exitcode")
    assert planned.code == 4
    assert 'bucket_key: "s3://data/x" -> "s3://data/y"' in planned.out
    assert stand.apply().code == 0
    workflow = stand.workflows()["a"]
    assert (workflow["versions"], workflow["TriggerMode"]) == (3, "SCHEDULED")


def test_comments_and_order_are_no_change(stand: Stand) -> None:
    stand.deploy("a")
    path = stand.folder / "defs/a.yaml"
    path.write_text("# a comment\n" + path.read_text())
    assert "1 unchanged" in stand.plan().out


def test_rollback_of_an_update_brings_the_content_back(stand: Stand) -> None:
    stand.deploy("a", plan=("--workflow-env", "STAGE=one"))
    before = stand.workflows()["a"]
    stand.define("a", marker="y")
    assert stand.plan("--workflow-env", "STAGE=two").code == 0
    assert stand.apply().code == 0
    assert stand.workflows()["a"]["Environment"] == {"Variables": {"STAGE": "two"}}
    assert stand.cli("rollback", "--auto-approve").code == 0
    after = stand.workflows()["a"]
    same = ("DefinitionS3Location", "Environment", "TriggerMode", "RoleArn", "tags")
    assert {k: after[k] for k in same} == {k: before[k] for k in same}
    stand.define("a")
    assert "1 unchanged" in stand.plan("--workflow-env", "STAGE=one").out


def test_the_same_plan_can_be_applied_after_a_rollback(stand: Stand) -> None:
    stand.deploy("a")
    assert stand.cli("rollback", "--auto-approve").code == 0
    stand.set(deletion_seconds=0)
    assert stand.apply().code == 0
    assert list(stand.workflows()) == ["a"]


def test_refused_definitions_stand_in_the_plan_and_the_rest_is_applied(stand: Stand) -> None:
    folder = stand.define("good")
    (folder / "bad.yaml").write_text("bad:\n  tasks: [a, b]\n")
    planned = stand.plan()
    assert planned.code == 1
    assert "! refused bad" in planned.out
    assert stand.apply().code == 0
    assert list(stand.workflows()) == ["good"]


def test_prune_deletes_only_what_is_ours_and_gone(stand: Stand) -> None:
    stand.deploy("a", "b")
    stand.aws("mwaa-serverless").create_workflow(
        Name="foreign", RoleArn=stand.role, DefinitionS3Location=stand.workflows()["a"]["DefinitionS3Location"]
    )
    (stand.folder / "defs/b.yaml").unlink()
    assert "- delete b" not in stand.plan().out
    assert "- delete b" in stand.plan("--prune").out
    assert stand.apply("--approve-deletions", "1").code == 0
    assert set(stand.workflows()) == {"a", "foreign"}


def test_destroy_deletes_what_is_tagged_and_frees_the_role(stand: Stand) -> None:
    stand.deploy("a", "b")
    stand.aws("iam").create_role(RoleName="theirs", AssumeRolePolicyDocument=json.dumps(stand.trust()))
    stand.aws("mwaa-serverless").create_workflow(
        Name="foreign", RoleArn="arn:aws:iam::123456789012:role/theirs",
        DefinitionS3Location=stand.workflows()["a"]["DefinitionS3Location"],
    )  # fmt: skip
    gone = stand.cli("destroy", "--auto-approve")
    assert gone.code == 0, gone.text
    assert list(stand.workflows()) == ["foreign"]
    assert len(stand.trust()["Statement"]) == 1


def test_import_adopts_by_tags_and_the_next_plan_updates_in_place(stand: Stand) -> None:
    stand.deploy("seed")
    location = stand.workflows()["seed"]["DefinitionS3Location"]
    stand.aws("mwaa-serverless").create_workflow(Name="byhand", RoleArn=stand.role, DefinitionS3Location=location)
    wrong = stand.cli("import", "byhand", "--environment", "Prod", "--dag-id", "other", "--auto-approve")
    assert wrong.code == 2
    assert 'runs DAG "seed"' in wrong.err
    adopted = stand.cli("import", "byhand", "--environment", "Prod", "--auto-approve")
    assert adopted.code == 0, adopted.text
    assert stand.workflows()["byhand"]["tags"]["dagconv:dag-id"] == "seed"


def test_without_terminal_and_approval_nothing_is_applied(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    ran = stand.cli("apply", "plan.json")
    assert ran.code == 2
    assert "--auto-approve" in ran.err
    assert stand.workflows() == {}


def test_a_code_package_is_uploaded_once_and_pinned(stand: Stand, tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("def f(): ...\n")
    stand.deploy("a", "b", plan=("--code", "helpers.py"))
    codes = [w["Code"]["S3Location"] for w in stand.workflows().values()]
    assert codes[0] == codes[1]
    assert codes[0]["VersionId"]
    assert "2 unchanged" in stand.plan("--code", "helpers.py").out
    (tmp_path / "helpers.py").write_text("def f(): return 1\n")
    assert stand.plan("--code", "helpers.py", "--detailed-exitcode").code == 4


def test_a_workflow_named_code_is_not_the_code_package(stand: Stand, tmp_path: Path) -> None:
    """Both were the step `upload:code`: the later workflow was given the definition's version for its package."""
    (tmp_path / "helpers.py").write_text("def f(): ...\n")
    stand.deploy("code", "later", plan=("--code", "helpers.py"))
    s3 = stand.aws("s3")
    for workflow in stand.workflows().values():
        package, definition = workflow["Code"]["S3Location"], workflow["DefinitionS3Location"]
        pinned = {"Bucket": stand.bucket, "Key": package["ObjectKey"], "VersionId": package["VersionId"]}
        assert s3.get_object(**pinned)["Body"].read() == b"def f(): ...\n"
        assert definition["VersionId"] != package["VersionId"]


def test_the_cut_off_upload_of_a_workflow_named_code_is_taken_back(stand: Stand) -> None:
    stand.define("code")
    assert stand.plan().code == 0
    assert stand.apply(env={"DAGCONV_TEST_KILL_AT": "4:after"}).code == -signal.SIGKILL
    taken = stand.cli("rollback", "--auto-approve")
    assert taken.code == 0, taken.text


def test_the_engine_of_an_adopted_workflow_survives_update_and_cutover(stand: Stand) -> None:
    stand.deploy("seed")
    location = stand.workflows()["seed"]["DefinitionS3Location"]
    (stand.folder / "defs/seed.yaml").unlink()
    s3 = stand.aws("s3")
    s3.put_object(Bucket=stand.bucket, Key="mine.yaml", Body=stand.define("a").joinpath("a.yaml").read_bytes())
    mine = {"Bucket": location["Bucket"], "ObjectKey": "mine.yaml"}
    client = stand.aws("mwaa-serverless")
    client.create_workflow(
        Name="a", RoleArn=stand.role, DefinitionS3Location=mine, EngineVersion=1, TriggerMode="MANUAL"
    )
    assert stand.cli("import", "a", "--environment", "Prod", "--auto-approve").code == 0
    stand.define("a", marker="y")
    assert stand.plan().code == 0
    assert stand.apply().code == 0
    assert stand.cli("cutover", "--paused-by-hand", "--include", "a", "--auto-approve").code == 0
    changed = stand.workflows()["a"]
    assert (changed["versions"], changed["TriggerMode"], changed["EngineVersion"]) == (3, "SCHEDULED", 1)


def test_nothing_reads_the_printed_name_of_a_step(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every printed name is the same number here: resumption, cutover and rollback go by values alone."""
    monkeypatch.setattr(StepKey, "__str__", lambda _: "7")
    stand.define("a", "b")
    stand.set_dags("a", "b")
    assert stand.plan().code == 0
    killed = stand.apply("--parallel", "1", env={"DAGCONV_TEST_KILL_AT": "7:before"})
    assert killed.code == -signal.SIGKILL
    resumed = stand.cli("apply", "--resume")
    assert (resumed.code, "done    7 (already)" in resumed.err) == (0, True)
    assert stand.cli("verify").code == 0
    killed = stand.cli("cutover", "--pause-source", "--auto-approve", env={"DAGCONV_TEST_KILL_AT": "5:after"})
    assert killed.code == -signal.SIGKILL
    assert stand.cli("cutover", "--resume").code == 0
    assert {w["TriggerMode"] for w in stand.workflows().values()} == {"SCHEDULED"}
    assert stand.cli("rollback", "--auto-approve").code == 0
    assert (stand.workflows(), stand.state()["paused"]) == ({}, {"a": False, "b": False})
