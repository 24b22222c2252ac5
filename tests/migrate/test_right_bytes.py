"""What is deployed is what was planned, in the account where it was planned (docs/faults.md C9, C10, H13)."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.standin.stand import Stand

FOREIGN = "arn:aws:iam::999999999999:role/Prod-execution-role"
GET_POLICY, SET_POLICY = "iam:GetRole", "iam:UpdateAssumeRolePolicy"
EVIL = {"marker": "evil", "schedule": "*/1 * * * *"}
THEIRS = {"Sid": "Colleague", "Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}}
THEIRS["Action"] = "sts:AssumeRole"


@pytest.mark.parametrize(
    "role", [FOREIGN, "arn:aws-cn:iam::123456789012:role/Prod-execution-role", "Prod-execution-role"]
)
def test_c9_a_role_of_another_account_is_refused(stand: Stand, role: str) -> None:
    stand.define("a")
    before = stand.trust()
    planned = stand.plan("--role-arn", role)
    assert (planned.code, "DC836" in planned.out, "account 123456789012 in partition aws" in planned.out) == (
        1,
        True,
        True,
    )
    refused = stand.apply()
    assert (refused.code, stand.workflows(), stand.trust()) == (2, {}, before)
    assert stand.plan("--role-arn", role, "--skip-trust").code == 1
    assert stand.calls(SET_POLICY) == 0


def test_c9_a_key_may_be_another_accounts_but_not_another_partitions(stand: Stand) -> None:
    stand.define("a")
    assert "DC836" not in stand.plan("--kms-key", "arn:aws:kms:us-east-2:999999999999:key/1-2").out
    assert "DC836" in stand.plan("--kms-key", "arn:aws-cn:kms:us-east-2:123456789012:key/1-2").out


def replaced(stand: Stand, name: str) -> dict[str, Any]:
    """For the control door: somebody else's definition under the key of ours, with our marks."""
    text = (stand.define(name, folder="evil", **EVIL) / f"{name}.yaml").read_text()
    return {"object": {"bucket": stand.bucket, "prefix": f"yaml/{name}.", "body": text}}


def test_c10_an_object_that_was_replaced_before_the_creation_is_not_used(bare: Stand) -> None:
    bare.open(versioning=None)
    bare.define("b")
    assert bare.plan().code == 0
    killed = bare.apply(env={"DAGCONV_TEST_KILL_AT": "5:after"})
    assert killed.code == -signal.SIGKILL
    assert bare.journal()[-1]["key"] == {"kind": "upload", "name": "b"}
    bare.set(**replaced(bare, "b"))
    ran = bare.cli("apply", "--resume")
    assert (ran.code, "was changed by somebody since it was written" in ran.out, bare.workflows()) == (1, True, {})
    assert bare.cli("rollback", "--auto-approve").code == 0


@pytest.mark.parametrize("mode", ["MANUAL", "SCHEDULED"])
def test_c10_other_content_that_the_service_holds_is_never_scheduled(bare: Stand, mode: str) -> None:
    bare.open(versioning=None)
    bare.define("b")
    assert bare.plan("--trigger-mode", mode).code == 0
    value = {"path": "/_set", "body": replaced(bare, "b")}
    bare.fault("s3:HeadObject", "meanwhile", value=value, nth=3)
    ran = bare.apply()
    assert (ran.code, "does not hold the definition that was sent" in ran.out) == (1, True), ran.text
    assert bare.workflows()["b"]["TriggerMode"] == "MANUAL"
    again = bare.cli("apply", "--resume")
    assert (again.code, "FAILED  create:b" in again.text) == (1, True), again.text
    assert bare.cli("rollback", "--auto-approve").code == 0
    assert bare.workflows() == {}


def test_c10_an_update_is_read_back_too(stand: Stand) -> None:
    stand.deploy("a")
    assert stand.cli("cutover", "--paused-by-hand", "--auto-approve").code == 0
    stand.define("a", marker="y")
    assert stand.plan().code == 0
    reads = stand.calls("mwaa-serverless:GetWorkflow")
    assert stand.apply().code == 0
    assert stand.calls("mwaa-serverless:GetWorkflow") - reads == 2


def meanwhile(stand: Stand, policy: dict[str, Any], call: str, **options: Any) -> None:
    """Somebody writes this policy right after the call."""
    trust = {"RoleName": "Prod-execution-role", "PolicyDocument": json.dumps(policy)}
    stand.fault(call, "meanwhile", value={"path": "/_set", "body": {"trust": trust}}, **options)


def test_h13_a_statement_that_vanished_in_between_is_put_back(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    before = stand.trust()
    theirs = {**before, "Statement": [*before["Statement"], THEIRS]}
    meanwhile(stand, theirs, SET_POLICY)
    ran = stand.apply()
    assert (ran.code, "statements put back" in ran.text, '"DagconvMwaaServerlessUsEast2"' in ran.text) == (
        0,
        True,
        True,
    )
    assert [s.get("Sid") for s in stand.trust()["Statement"]] == [None, "Colleague", "DagconvMwaaServerlessUsEast2"]


def test_h13_a_statement_that_does_not_stay_is_said_with_its_text(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    before = stand.trust()
    meanwhile(stand, before, SET_POLICY, count=2)
    ran = stand.apply()
    assert (ran.code, 'it lacks now: {"Sid": "DagconvMwaaServerlessUsEast2"' in ran.text) == (1, True), ran.text
    assert stand.workflows() == {}


def test_h13_the_journal_keeps_the_policy_that_was_there(stand: Stand) -> None:
    before = stand.trust()
    stand.deploy("a")
    (previous,) = [find(record, "previous") for record in stand.journal("Intent") if find(record, "previous")]
    assert json.loads(previous) == before


def find(value: Any, name: str) -> str:
    """The member of this name, however deep."""
    if isinstance(value, dict):
        return str(value[name]) if name in value else next(filter(None, (find(v, name) for v in value.values())), "")
    return ""
