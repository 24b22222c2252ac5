"""Whose a workflow is: the migration that its tags name, and nobody else's (docs/faults.md, C3, C6, H1, M8, M9)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.standin.stand import Ran, Stand

LOCK = "dagconv/lock/Prod.json"


def become(stand: Stand, name: str) -> None:
    """The account's one old environment is another from here on."""
    arn = f"arn:aws:airflow:us-east-2:123456789012:environment/{name}"
    stand.set(environment={"Name": name, "Arn": arn})


def plan_of(stand: Stand, name: str, *options: str) -> Ran:
    return stand.cli("plan", "--environment", name, "--definitions", "defs", "--out", "plan.json", *options)


def named(stand: Stand, name: str, *options: str, folder: str = "defs") -> Ran:
    """A plan of a migration without an environment."""
    return stand.cli(
        "plan", "--migration", name, "--definitions", folder, "--bucket", stand.bucket, "--role-arn", stand.role,
        "--out", "plan.json", *options,
    )  # fmt: skip


def second_bucket(stand: Stand) -> None:
    place = {"LocationConstraint": "us-east-2"}
    stand.aws("s3").create_bucket(Bucket="second", CreateBucketConfiguration=place)


def test_c3_the_workflow_of_another_environment_is_foreign(stand: Stand) -> None:
    stand.deploy("etl", "report")
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    before = stand.workflows()
    become(stand, "Staging")
    stand.define("etl", marker="staging")
    (stand.folder / "defs/report.yaml").unlink()
    planned = plan_of(stand, "Staging")
    assert (planned.code, "DC806" in planned.out, "environment/Prod" in planned.out) == (1, True, True)
    assert "--name-template" in planned.out
    assert stand.apply().code == 0
    assert stand.workflows() == before
    other = plan_of(stand, "Staging", "--name-template", "staging-{dag_id}", "--prune")
    assert (other.code, "+ create etl as staging-etl" in other.out, "- delete" in other.out) == (0, True, False)
    assert stand.apply().code == 0
    assert stand.cli("cutover", "--paused-by-hand", "--environment", "Staging", "--auto-approve").code == 0
    assert stand.cli("destroy", "--environment", "Staging", "--auto-approve").code == 0
    assert stand.workflows() == before


def test_c6_a_migration_without_an_environment_has_a_name(stand: Stand) -> None:
    stand.define("a")
    nameless = stand.cli("plan", "--definitions", "defs", "--bucket", stand.bucket, "--role-arn", stand.role)
    assert (nameless.code, "--migration NAME" in nameless.err) == (2, True)
    both = plan_of(stand, "Prod", "--migration", "x")
    assert (both.code, "without an environment" in both.err) == (2, True)


def test_c6_two_migrations_without_an_environment_do_not_meet(stand: Stand) -> None:
    stand.define("team_a_1", "team_a_2", folder="a")
    stand.define("team_b", folder="b")
    for team in ("a", "b"):
        assert named(stand, team, folder=team).code == 0
        assert stand.apply().code == 0
    pruning = named(stand, "b", "--prune", folder="b")
    assert (pruning.code, "- delete" in pruning.out) == (0, False)
    several = stand.cli("status")
    assert (several.code, "--migration" in several.err) == (2, True)
    assert stand.cli("cutover", "--migration", "b", "--auto-approve").code == 0
    modes = {name: workflow["TriggerMode"] for name, workflow in stand.workflows().items()}
    assert modes == {"team_a_1": "MANUAL", "team_a_2": "MANUAL", "team_b": "SCHEDULED"}
    assert stand.cli("destroy", "--migration", "b", "--auto-approve").code == 0
    assert sorted(stand.workflows()) == ["team_a_1", "team_a_2"]


def test_c6_what_bears_no_migration_belongs_to_nobody_until_it_is_adopted(stand: Stand) -> None:
    stand.deploy("seed")
    location = stand.workflows()["seed"]["DefinitionS3Location"]
    stand.aws("mwaa-serverless").create_workflow(
        Name="hand", RoleArn=stand.role, DefinitionS3Location=location, TriggerMode="MANUAL",
        Tags={"dagconv:managed": "true", "dagconv:dag-id": "seed"},
    )  # fmt: skip
    before = stand.workflows()["hand"]
    assert "- delete" not in stand.plan("--prune").out
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    nobody = stand.cli("import", "hand", "--auto-approve")
    assert (nobody.code, "--migration NAME" in nobody.err) == (2, True)
    assert stand.workflows()["hand"] == before
    assert stand.cli("import", "hand", "--migration", "m", "--auto-approve").code == 0
    taken = stand.cli("import", "hand", "--environment", "Prod", "--auto-approve")
    assert (taken.code, "made for migration:m" in taken.err) == (2, True)


@pytest.mark.parametrize("option", [("--name-template", "prod-{dag_id}"), ("--suffix-names",)])
def test_h1_a_dag_under_another_name_is_never_deployed_twice(stand: Stand, option: tuple[str, ...]) -> None:
    """With --suffix-names a name changes when a DAG comes that collides with it."""
    stand.deploy("etl")
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    if option == ("--suffix-names",):
        stand.define("_etl")
    renamed = stand.plan(*option)
    assert (renamed.code, "DC834" in renamed.out, 'runs as workflow "etl"' in renamed.out) == (1, True, True)
    assert stand.apply().code == 0
    assert "etl" in stand.workflows()
    assert sum(w["tags"]["dagconv:dag-id"] == "etl" for w in stand.workflows().values()) == 1


def test_h1_a_rename_that_is_asked_for_leaves_one_workflow_that_waits(stand: Stand) -> None:
    stand.deploy("etl")
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    renamed = stand.plan("--name-template", "prod-{dag_id}", "--prune", "--trigger-mode", "SCHEDULED")
    assert (renamed.code, "+ create etl as prod-etl" in renamed.out, "- delete etl" in renamed.out) == (0, True, True)
    assert stand.apply("--approve-deletions", "1").code == 0
    assert {n: w["TriggerMode"] for n, w in stand.workflows().items()} == {"prod-etl": "MANUAL"}


def test_h1_the_old_name_stays_when_the_new_one_is_left_for_later(stand: Stand) -> None:
    stand.deploy("a", "b")
    limited = stand.plan("--name-template", "new-{dag_id}", "--prune", "--limit", "1")
    assert (limited.code, "- delete a" in limited.out, "- delete b" in limited.out) == (0, True, False)


def test_m9_a_plan_for_another_bucket_or_prefix_is_refused(stand: Stand) -> None:
    stand.deploy("a")
    second_bucket(stand)
    for option in (("--bucket", "second"), ("--prefix", "other")):
        refused = stand.plan(*option)
        assert (refused.code, "DC835" in refused.out, "s3://mwaa-rehearsal/yaml" in refused.out) == (1, True, True)
    moved = stand.plan("--bucket", "second", "--take-over")
    assert (moved.code, "~ update a" in moved.out) == (0, True)
    assert stand.apply().code == 0
    assert stand.workflows()["a"]["DefinitionS3Location"]["Bucket"] == "second"
    assert "1 unchanged" in stand.plan("--bucket", "second").out


def test_m9_a_cutover_and_a_destroy_from_another_bucket_are_refused(stand: Stand) -> None:
    stand.deploy("a")
    arn = stand.workflows()["a"]["arn"]
    stand.aws("mwaa-serverless").tag_resource(ResourceArn=arn, Tags={"dagconv:location": "s3://theirs/yaml"})
    for verb in (("cutover", "--paused-by-hand"), ("destroy",)):
        ran = stand.cli(*verb, "--auto-approve")
        assert (ran.code, "s3://theirs/yaml" in ran.err, "--take-over" in ran.err) == (2, True, True)
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve", "--take-over").code == 0
    assert stand.workflows()["a"]["TriggerMode"] == "SCHEDULED"


def test_m8_one_lock_for_all_calls_on_an_environment(stand: Stand) -> None:
    """Whatever bucket or prefix a call names, the lock lies in the environment's bucket under a key of its own."""
    stand.define("a")
    second_bucket(stand)
    held = json.dumps({"owner": "somebody@else", "token": "theirs", "verb": "apply", "since": 0}).encode()
    stand.aws("s3").put_object(Bucket=stand.bucket, Key=LOCK, Body=held)
    for option in ((), ("--prefix", "other"), ("--bucket", "second")):
        assert stand.plan(*option).code == 0
        ran = stand.apply()
        assert (ran.code, "somebody@else" in ran.err) == (2, True)
    assert stand.workflows() == {}


def test_m8_a_bucket_that_cannot_be_written_is_said_and_the_tags_decide(stand: Stand) -> None:
    stand.define("a")
    second_bucket(stand)
    assert stand.plan("--bucket", "second").code == 0
    stand.fault("s3:PutObject", "deny", count=1)
    ran = stand.apply()
    assert (ran.code, "no lock keeps other calls away" in ran.err) == (0, True), ran.text
    assert list(stand.workflows()) == ["a"]


@pytest.mark.parametrize("tag", ["dagconv:managed=false", "dagconv:x=y", "DAGCONV:dag-id=b"])
def test_m7_tags_that_say_whose_a_workflow_is_are_not_given_by_hand(stand: Stand, tag: str) -> None:
    stand.define("a")
    ran = stand.plan("--tag", tag)
    assert (ran.code, tag.partition("=")[0] in ran.err) == (2, True)


def test_h3_a_workflow_on_its_way_out_is_not_unchanged(stand: Stand) -> None:
    stand.deploy("a")
    assert stand.cli("rollback", "--auto-approve").code == 0
    assert "1 to create" in stand.plan().out
    assert stand.apply().code == 0
    assert list(stand.workflows()) == ["a"]
