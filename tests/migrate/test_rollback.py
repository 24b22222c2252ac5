"""Taking back: DAG by DAG, never further than each step succeeds, and no older run unasked (docs/faults.md)."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.standin.stand import Ran, Stand

REST, UPDATE = "mwaa:InvokeRestApi", "mwaa-serverless:UpdateWorkflow"


FULL = bool(os.environ.get("DAGCONV_TEST_FULL"))  # else some of the records at which a call is killed


def rollback(stand: Stand, *arguments: str) -> Ran:
    return stand.cli("rollback", "--auto-approve", *arguments)


def cut_over(stand: Stand, *dag_ids: str) -> None:
    stand.deploy(*dag_ids)
    stand.set_dags(*dag_ids)
    done = stand.cli("cutover", "--pause-source", "--auto-approve")
    assert done.code == 0, done.text


def modes(stand: Stand) -> dict[str, str]:
    return {name: workflow["TriggerMode"] for name, workflow in stand.workflows().items()}


def runs(stand: Stand, verb: str) -> list[str]:
    return [r["run"] for r in stand.journal("Begin") if verb in r["about"]]


def test_c1_a_dag_that_cannot_be_let_go_keeps_its_workflow_and_is_tried_again(stand: Stand) -> None:
    cut_over(stand, "a", "b")
    stand.fault(REST, "500", count=4)  # every try of the first DAG
    failed = rollback(stand)
    assert failed.code == 1, failed.text
    assert len(stand.workflows()) == 1, "one chain was stopped, the other went on"
    (kept,) = stand.workflows()
    assert stand.state()["paused"] == {kept: True, ({"a", "b"} - {kept}).pop(): False}
    assert (f"NOWHERE  {kept}" in failed.out, "migrate rollback` again" in failed.out) == (True, True)
    told = stand.cli("status", "--exit-code")
    assert (told.code, f"NOWHERE  {kept}" in told.out) == (1, True)
    again = rollback(stand)
    assert again.code == 0, again.text
    assert (stand.workflows(), stand.state()["paused"]) == ({}, {"a": False, "b": False})
    assert stand.cli("status", "--exit-code").code == 0


def test_c1_a_schedule_that_cannot_be_switched_off_keeps_the_job_where_it_runs(stand: Stand) -> None:
    cut_over(stand, "a")
    stand.fault(UPDATE, "deny", count=1)
    assert rollback(stand).code == 1
    assert (modes(stand), stand.state()["paused"]) == ({"a": "SCHEDULED"}, {"a": True})
    assert stand.cli("status", "--exit-code").code == 0, "it runs on the service"
    assert rollback(stand).code == 0
    assert (stand.workflows(), stand.state()["paused"]) == ({}, {"a": False})


def test_c1_status_tells_dags_that_run_twice_and_what_it_cannot_know(stand: Stand) -> None:
    cut_over(stand, "a")
    stand.set_dags("a")
    twice = stand.cli("status", "--exit-code")
    assert (twice.code, "TWICE    a" in twice.out) == (1, True)
    assert stand.cli("status").code == 0
    stand.fault(REST, "deny", count=9)
    unknown = stand.cli("status", "--exit-code")
    assert (unknown.code, "cannot be asked" in unknown.out) == (1, True)


def test_c1_a_dag_that_was_paused_before_is_not_said_to_run_nowhere(stand: Stand) -> None:
    stand.deploy("a")
    stand.set_dags("a", paused=True)
    assert stand.cli("cutover", "--pause-source", "--auto-approve").code == 0
    assert rollback(stand).code == 0
    told = stand.cli("status", "--exit-code")
    assert (told.code, "NOWHERE" in told.out) == (0, False)


def test_c2_a_second_rollback_goes_on_with_the_first_and_never_to_an_older_apply(stand: Stand) -> None:
    cut_over(stand, "a", "b")
    stand.define("c")
    assert stand.plan().code == 0
    assert stand.apply().code == 0
    stand.set_dags("a", "b", "c")
    stand.post("/_set", dags={"a": True, "b": True, "c": False})
    assert stand.cli("cutover", "--pause-source", "--auto-approve").code == 0
    stand.fault(REST, "500", count=4)
    assert rollback(stand).code == 1
    assert sorted(stand.workflows()) == ["a", "b", "c"]
    assert rollback(stand).code == 0
    assert (modes(stand), stand.state()["paused"]["c"]) == ({"a": "SCHEDULED", "b": "SCHEDULED"}, False)
    for _ in range(2):
        done = rollback(stand)
        assert (done.code, done.out) == (0, "nothing to roll back\n")
    assert modes(stand) == {"a": "SCHEDULED", "b": "SCHEDULED"}


def test_c2_a_run_is_named_and_shown_with_its_time_and_size(stand: Stand) -> None:
    cut_over(stand, "a")
    (apply,), (cutover,) = runs(stand, "apply"), runs(stand, "cutover")
    asked = stand.cli("rollback", cutover[:8])
    assert (asked.code, f"cutover {cutover[:12]} of 20" in asked.out, "2 steps, 1 DAGs" in asked.out) == (2, True, True)
    assert rollback(stand, cutover[:8]).code == 0
    assert (modes(stand), stand.state()["paused"]) == ({"a": "MANUAL"}, {"a": False})
    wrong = rollback(stand, "nonsense")
    assert (wrong.code, f"apply {apply[:12]}" in wrong.err) == (2, True)
    assert rollback(stand, apply).code == 0
    assert stand.workflows() == {}


def test_c2_an_apply_that_changed_nothing_is_not_what_is_taken_back(stand: Stand) -> None:
    stand.deploy("a")
    assert stand.plan().code == 0
    assert stand.apply().code == 0
    asked = stand.cli("rollback")
    assert f"apply {runs(stand, 'apply')[0][:12]} of" in asked.out, "the run is named before the question"


def test_h7_a_workflow_with_a_run_in_progress_is_left_or_waited_for(stand: Stand) -> None:
    cut_over(stand, "a")
    arn = stand.workflows()["a"]["arn"]
    stand.aws("mwaa-serverless").start_workflow_run(WorkflowArn=arn, ClientToken="t" * 32)
    left = rollback(stand)
    assert (left.code, "has a run going on" in left.out) == (1, True)
    assert (modes(stand), stand.state()["paused"]) == ({"a": "MANUAL"}, {"a": False}), "the old DAG runs already"
    assert rollback(stand, "--wait", "600").code == 0
    assert stand.workflows() == {}


def test_h8_the_object_of_a_workflow_that_stays_is_not_deleted(stand: Stand) -> None:
    stand.deploy("a", "b")
    a = stand.workflows()["a"]
    request = {k: a[k] for k in ("RoleArn", "DefinitionS3Location", "TriggerMode")}
    stand.aws("mwaa-serverless").update_workflow(WorkflowArn=a["arn"], Description="theirs", **request)
    ran = rollback(stand)
    assert (ran.code, "was changed by somebody" in ran.err, "a still need it" in ran.err) == (0, True, True), ran.text
    assert list(stand.workflows()) == ["a"]
    place = stand.workflows()["a"]["DefinitionS3Location"]
    there = {"Bucket": place["Bucket"], "Key": place["ObjectKey"], "VersionId": place["VersionId"]}
    assert stand.aws("s3").head_object(**there)["ContentLength"] > 0
    assert len(stand.trust()["Statement"]) == 2, "its role is needed too"
    assert rollback(stand).out == "nothing to roll back\n"


def test_h8_an_object_that_a_strangers_workflow_uses_stays(stand: Stand) -> None:
    stand.deploy("a")
    place = stand.workflows()["a"]["DefinitionS3Location"]
    stand.aws("mwaa-serverless").create_workflow(Name="theirs", RoleArn=stand.role, DefinitionS3Location=place)
    assert rollback(stand).code == 0
    there = {"Bucket": place["Bucket"], "Key": place["ObjectKey"], "VersionId": place["VersionId"]}
    assert stand.aws("s3").head_object(**there)["ContentLength"] > 0


@pytest.mark.parametrize("verb", ["rollback", "destroy"])
def test_h9_the_trust_that_a_strangers_workflow_needs_stays(stand: Stand, verb: str) -> None:
    stand.deploy("a")
    s3 = stand.aws("s3")
    body = stand.define("byhand").joinpath("byhand.yaml").read_bytes()
    s3.put_object(Bucket=stand.bucket, Key="byhand.yaml", Body=body)
    theirs = {"Bucket": stand.bucket, "ObjectKey": "byhand.yaml"}
    stand.aws("mwaa-serverless").create_workflow(Name="byhand", RoleArn=stand.role, DefinitionS3Location=theirs)
    ran = stand.cli(verb, "--auto-approve")
    assert (ran.code, "byhand still need it" in ran.err) == (0, True), ran.text
    assert len(stand.trust()["Statement"]) == 2


def test_h15_what_un_pausing_makes_up_is_said_before(stand: Stand) -> None:
    cut_over(stand, "a")
    asked = stand.cli("rollback")
    assert asked.code == 2
    assert ("a, paused since 20" in asked.out, "catchup=True" in asked.out) == (True, True)
    assert stand.state()["paused"] == {"a": True}


def test_m4_a_dag_that_was_paused_by_hand_is_named(stand: Stand) -> None:
    stand.deploy("a")
    stand.set_dags("a", paused=True)
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    for _ in range(2):  # the second call has no switch to take back any more
        ran = rollback(stand)
        assert (ran.code, "un-paused by hand before: a" in ran.out, "--leave-paused" in ran.out) == (1, True, True)
        assert modes(stand) == {"a": "MANUAL"}
    told = stand.cli("status", "--exit-code")
    assert (told.code, "NOWHERE  a" in told.out) == (1, True)
    stand.set_dags("a")
    assert rollback(stand).code == 0
    assert stand.workflows() == {}


def test_m4_a_dag_may_be_left_paused(stand: Stand) -> None:
    stand.deploy("a")
    stand.set_dags("a", paused=True)
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    assert rollback(stand, "--leave-paused").code == 0
    assert stand.workflows() == {}


def test_c2_an_apply_that_was_cut_off_before_its_first_step_leads_to_no_older_one(stand: Stand) -> None:
    stand.deploy("a")
    stand.define("b")
    assert stand.plan().code == 0
    assert stand.apply(env={"DAGCONV_TEST_KILL_AT": "1:after"}).code == -signal.SIGKILL
    done = rollback(stand)
    assert (done.code, done.out) == (0, "nothing to roll back\n")
    assert list(stand.workflows()) == ["a"]


@pytest.mark.parametrize(
    "point", [f"{n}:{moment}" for n in range(1, 11) for moment in ("before", "after")][:: 3 if FULL else 8]
)
def test_a_rollback_after_a_cutover_is_killed_and_called_again(stand: Stand, point: str) -> None:
    cut_over(stand, "a")
    killed = stand.cli("rollback", "--auto-approve", env={"DAGCONV_TEST_KILL_AT": point})
    assert killed.code == -signal.SIGKILL, killed.text
    again = rollback(stand)
    assert again.code == 0, again.text
    assert (stand.workflows(), stand.state()["paused"]) == ({}, {"a": False})
    assert len(stand.trust()["Statement"]) == 1
    assert rollback(stand).out == "nothing to roll back\n"
    assert json.dumps(stand.journal())
