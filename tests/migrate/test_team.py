"""Without a state, after a run that was given up, under another's lock, with stale inputs and secrets."""

from __future__ import annotations

import json
import os
import signal
import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.standin.stand import Stand

ALONE = ("--environment", "Prod", "--state-dir", "nowhere")


def test_without_a_state_the_tags_are_enough(stand: Stand) -> None:
    stand.set_dags("a", "b")
    stand.deploy("a", "b")
    stand.aws("s3").put_object(Bucket=stand.bucket, Key="yaml/c.yaml", Body=b"theirs")
    verified = stand.cli("verify", *ALONE)
    assert (verified.code, "2 of 2 workflows" in verified.out) == (0, True), verified.text
    assert "known by their tags alone" in verified.err
    switched = stand.cli("cutover", "--pause-source", "--auto-approve", *ALONE)
    assert switched.code == 0, switched.text
    assert stand.state()["paused"] == {"a": True, "b": True}
    status = stand.cli("status", "--exit-code", *ALONE)
    assert (status.code, status.out.count("SCHEDULED")) == (0, 2), status.text
    gone = stand.cli("destroy", "--auto-approve", *ALONE)
    assert gone.code == 0, gone.text
    assert stand.workflows() == {}


def test_without_a_state_an_edit_by_hand_is_seen(stand: Stand) -> None:
    stand.deploy("a")
    workflow = stand.workflows()["a"]
    client = stand.aws("mwaa-serverless")
    text = client.get_workflow(WorkflowArn=workflow["arn"])["WorkflowDefinition"].replace("0 5", "*/5 5")
    key = "yaml/other.yaml"
    stand.aws("s3").put_object(Bucket=stand.bucket, Key=key, Body=text.encode())
    client.update_workflow(
        WorkflowArn=workflow["arn"], DefinitionS3Location={"Bucket": stand.bucket, "ObjectKey": key},
        RoleArn=stand.role,
    )  # fmt: skip
    verified = stand.cli("verify", *ALONE)
    assert (verified.code, "definition: differs" in verified.out) == (1, True), verified.text


def test_without_state_and_tags_nothing_is_guessed(stand: Stand) -> None:
    for verb in ("status", "verify", "destroy"):
        ran = stand.cli(verb, *ALONE)
        assert (ran.code, "no workflow" in ran.err) == (2, True), ran.text
    stand.deploy("a")
    assert stand.cli("rollback", "--auto-approve", *ALONE).code == 2
    assert "a" in stand.workflows()


@pytest.mark.parametrize("point", ["5:after", "11:before"])
def test_m16_a_run_is_given_up_and_another_plan_follows(stand: Stand, point: str) -> None:
    stand.define("a", "b")
    assert stand.plan().code == 0
    assert stand.apply("--parallel", "1", env={"DAGCONV_TEST_KILL_AT": point}).code == -signal.SIGKILL
    stand.define("a", "b", marker="better")
    assert stand.plan().code == 0
    refused = stand.apply()
    assert (refused.code, "--abandon" in refused.err) == (2, True), refused.text
    given_up = stand.cli("apply", "--abandon", "--auto-approve")
    assert (given_up.code, "stands   upload:a" in given_up.out) == (0, True), given_up.text
    assert "nothing to give up" in stand.cli("apply", "--abandon", "--auto-approve").out
    assert stand.plan().code == 0
    assert (done := stand.apply()).code == 0, done.text
    assert sorted(stand.workflows()) == ["a", "b"]
    assert "2 of 2 workflows" in stand.cli("verify").out


def lock(stand: Stand, **body: object) -> None:
    data = json.dumps({"owner": "ann@laptop pid 7", "verb": "apply", "token": "t", **body}).encode()
    stand.aws("s3").put_object(Bucket=stand.bucket, Key="dagconv/lock/Prod.json", Body=data)


def test_m8_a_lock_of_a_call_that_may_live_asks_harder(stand: Stand) -> None:
    unlock = ("unlock", "--environment", "Prod", "--auto-approve")
    here = {"host": socket.gethostname(), "since": 0.0}
    for body in ({**here, "pid": os.getpid()}, {"host": "laptop", "pid": 7, "since": 9e9}, {}):
        lock(stand, **body)
        ran = stand.cli(*unlock)
        assert (ran.code, "may still be at work" in ran.err) == (2, True), ran.text
        assert stand.cli(*unlock, "--even-alive", "bob").code == 2
        assert stand.cli(*unlock, "--even-alive", "ann@laptop pid 7").code == 0
    for body in ({**here, "pid": 2**22 + 1}, {"host": "laptop", "pid": 7, "since": 0.0}):
        lock(stand, **body)
        assert "freed the lock" in stand.cli(*unlock).out


def test_clocks_that_differ_are_said(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    lock(stand, host="laptop", since=9e9)
    ran = stand.apply()
    assert (ran.code, "its clock or this one is wrong" in ran.err) == (2, True), ran.text


def test_m1_files_that_are_new_are_noticed(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    stand.define("b")
    ran = stand.apply()
    assert (ran.code, "what files there are in" in ran.err) == (2, True), ran.text
    assert stand.workflows() == {}


def test_m2_a_plan_that_holds_a_secret_is_refused(stand: Stand) -> None:
    stand.define("a", marker="x?password=hunter2first")
    ran = stand.plan()
    assert (ran.code, "--allow-secrets-in-plan" in ran.err, "hunter2" in ran.text) == (2, True, False), ran.text
    assert not (stand.folder / "plan.json").exists()
    assert stand.cli("plan", "--environment", "Prod", "--definitions", "defs").code == 0
    direct = stand.cli("apply", "--environment", "Prod", "--definitions", "defs", "--auto-approve")
    assert (direct.code, stand.workflows()) == (2, {}), direct.text
    assert stand.plan("--allow-secrets-in-plan").code == 0
    assert (stand.folder / "plan.json").stat().st_mode & 0o777 == 0o600
    applied = stand.apply()
    assert (applied.code, "hunter2" in applied.text) == (0, False), applied.text
