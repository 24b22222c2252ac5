"""Killed at any record of the journal, answers lost after any change: resumed, nothing is there twice or missing.

All points are tried with DAGCONV_TEST_FULL=1 (`make test-migrate-full`); otherwise every seventeenth.
"""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.standin.stand import Stand

FULL = bool(os.environ.get("DAGCONV_TEST_FULL"))
NAMES = ("a", "b", "c", "d", "e", "f")
# begin and end, and for trust, six uploads and six creations an intent and an outcome each
APPLY_RECORDS = 2 + 2 * 13
ROLLBACK_RECORDS = 2 + 2 * 13
MUTATIONS = ("iam:UpdateAssumeRolePolicy", "s3:PutObject", "mwaa-serverless:CreateWorkflow")
LOSSES = ("drop_after", "drop_before", "truncate", "cut", "html", "timeout", "500")


def points(records: int) -> list[str]:
    found = [f"{number}:{moment}" for number in range(1, records + 1) for moment in ("before", "after")]
    return found if FULL else found[::17]


def foreign(stand: Stand) -> dict[str, Any]:
    """Things of other people: an object under our prefix, a workflow, a statement."""
    s3 = stand.aws("s3")
    s3.put_object(Bucket=stand.bucket, Key="yaml/theirs.yaml", Body=b"theirs")
    return {"statement": stand.trust()["Statement"][0]}


def assert_foreign_untouched(stand: Stand, before: dict[str, Any]) -> None:
    s3 = stand.aws("s3")
    assert s3.get_object(Bucket=stand.bucket, Key="yaml/theirs.yaml")["Body"].read() == b"theirs"
    versions = s3.list_object_versions(Bucket=stand.bucket, Prefix="yaml/theirs.yaml")["Versions"]
    assert len(versions) == 1
    assert stand.trust()["Statement"][0] == before["statement"]


def assert_applied(stand: Stand) -> None:
    made = stand.workflows()
    assert sorted(made) == sorted(NAMES)
    assert all(workflow["versions"] == 1 for workflow in made.values())
    assert all(workflow["TriggerMode"] == "MANUAL" for workflow in made.values())
    sids = [s.get("Sid") for s in stand.trust()["Statement"]]
    assert sids == [None, "DagconvMwaaServerlessUsEast2"]
    for name in NAMES:
        versions = stand.aws("s3").list_object_versions(Bucket=stand.bucket, Prefix=f"yaml/{name}.yaml")["Versions"]
        assert len(versions) == 1, f"{name} was uploaded more than once"
    assert all(json.loads(json.dumps(record))["kind"] for record in stand.journal())


def assert_rolled_back(stand: Stand) -> None:
    assert stand.workflows() == {}
    assert len(stand.trust()["Statement"]) == 1
    left = stand.aws("s3").list_objects_v2(Bucket=stand.bucket, Prefix="yaml/").get("Contents", [])
    assert [item["Key"] for item in left] == ["yaml/theirs.yaml"]


@pytest.mark.parametrize("point", points(APPLY_RECORDS))
def test_apply_killed_at_a_record_is_resumed(stand: Stand, point: str) -> None:
    before = foreign(stand)
    stand.define(*NAMES)
    assert stand.plan().code == 0
    killed = stand.apply("--parallel", "1", env={"DAGCONV_TEST_KILL_AT": point})
    assert killed.code == -signal.SIGKILL, killed.text
    resumed = stand.cli("apply", "--resume")
    if resumed.code == 2 and "nothing was applied" in resumed.err:
        resumed = stand.apply()  # killed before anything was in the journal
    assert resumed.code == 0, resumed.text
    assert_applied(stand)
    assert_foreign_untouched(stand, before)


@pytest.mark.parametrize("point", points(ROLLBACK_RECORDS))
def test_rollback_killed_at_a_record_is_called_again(stand: Stand, point: str) -> None:
    before = foreign(stand)
    stand.deploy(*NAMES)
    killed = stand.cli("rollback", "--auto-approve", env={"DAGCONV_TEST_KILL_AT": point})
    assert killed.code == -signal.SIGKILL, killed.text
    again = stand.cli("rollback", "--auto-approve")
    assert again.code == 0, again.text
    assert_rolled_back(stand)
    assert_foreign_untouched(stand, before)


@pytest.mark.parametrize("point", points(APPLY_RECORDS)[1::2])
def test_apply_killed_at_a_record_is_rolled_back(stand: Stand, point: str) -> None:
    before = foreign(stand)
    stand.define(*NAMES)
    assert stand.plan().code == 0
    assert stand.apply("--parallel", "1", env={"DAGCONV_TEST_KILL_AT": point}).code == -signal.SIGKILL
    taken = stand.cli("rollback", "--auto-approve")
    assert taken.code == 0 or "nothing was applied" in taken.err, taken.text
    assert_rolled_back(stand)
    assert_foreign_untouched(stand, before)


@pytest.mark.parametrize("loss", LOSSES if FULL else LOSSES[:1])
@pytest.mark.parametrize("call", MUTATIONS)
def test_a_lost_answer_of_every_change_makes_nothing_twice(stand: Stand, call: str, loss: str) -> None:
    before = foreign(stand)
    stand.define(*NAMES)
    assert stand.plan().code == 0
    stand.fault(call, loss, nth=1, count=1)
    ran = stand.apply()
    assert ran.code == 0, ran.text
    assert_applied(stand)
    assert_foreign_untouched(stand, before)


@pytest.mark.parametrize("loss", LOSSES if FULL else LOSSES[:1])
@pytest.mark.parametrize("call", ["iam:UpdateAssumeRolePolicy", "s3:DeleteObject", "mwaa-serverless:DeleteWorkflow"])
def test_a_lost_answer_in_a_rollback_takes_nothing_twice(stand: Stand, call: str, loss: str) -> None:
    before = foreign(stand)
    stand.deploy(*NAMES)
    stand.fault(call, loss, nth=1, count=1)
    ran = stand.cli("rollback", "--auto-approve")
    assert ran.code == 0, ran.text
    assert_rolled_back(stand)
    assert_foreign_untouched(stand, before)


@pytest.mark.parametrize("loss", LOSSES if FULL else LOSSES[:1])
def test_a_lost_answer_of_an_update_burns_no_version(stand: Stand, loss: str) -> None:
    stand.deploy("a")
    stand.define("a", marker="y")
    assert stand.plan().code == 0
    stand.fault("mwaa-serverless:UpdateWorkflow", loss)
    assert stand.apply().code == 0
    workflow = stand.workflows()["a"]
    expected = 2
    assert workflow["versions"] == expected
    assert stand.cli("verify").code == 0
