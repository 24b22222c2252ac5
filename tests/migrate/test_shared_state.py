"""A state in the bucket: colleagues go on with one another's runs, and of two that write at once one stops."""

from __future__ import annotations

import json
import os
import signal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from dagconv.aws.services import CallError, Cause, StoredObject
from dagconv.deploy.deployment import S3Location
from dagconv.errors import UsageError
from dagconv.migrate.run.bucket_storage import BucketStorage

if TYPE_CHECKING:
    from dagconv.aws.services import World
    from tests.standin.stand import Stand

FULL = bool(os.environ.get("DAGCONV_TEST_FULL"))
STATE = ("--state", "s3://mwaa-rehearsal/team")
COLLEAGUE = (*STATE, "--state-dir", "colleague")
# begin and end, and for trust, two uploads and two creations an intent and an outcome each
RECORDS = 2 + 2 * 5


def objects(stand: Stand, part: str = "/journal/") -> list[str]:
    listed = stand.aws("s3").list_objects_v2(Bucket=stand.bucket, Prefix="team/").get("Contents", [])
    return [item["Key"] for item in listed if part in item["Key"]]


def deploy(stand: Stand, *dag_ids: str) -> None:
    stand.define(*dag_ids)
    assert stand.plan().code == 0
    assert (done := stand.apply(*STATE)).code == 0, done.text


def test_a_colleague_goes_on_with_it(stand: Stand) -> None:
    stand.set_dags("a", "b")
    deploy(stand, "a", "b")
    assert not list(stand.folder.glob(".dagconv/*/journal.jsonl"))
    assert "2 of 2 workflows" in stand.cli("verify", *COLLEAGUE).out
    switched = stand.cli("cutover", "--pause-source", "--auto-approve", *COLLEAGUE)
    assert switched.code == 0, switched.text
    assert stand.cli("status", "--exit-code", *STATE).code == 0
    back = stand.cli("rollback", "--auto-approve", *STATE)
    assert back.code == 0, back.text
    assert stand.workflows() == {}
    assert stand.state()["paused"] == {"a": False, "b": False}
    assert "nothing to roll back" in stand.cli("rollback", "--auto-approve", *COLLEAGUE).out


@pytest.mark.parametrize(
    "point", [f"{n}:{m}" for n in range(1, RECORDS + 1) for m in ("before", "after")][:: 1 if FULL else 9]
)
def test_what_one_was_killed_in_another_ends(stand: Stand, point: str) -> None:
    stand.define("a", "b")
    assert stand.plan().code == 0
    killed = stand.apply("--parallel", "1", *STATE, env={"DAGCONV_TEST_KILL_AT": point})
    assert killed.code == -signal.SIGKILL, killed.text
    assert "is locked" in stand.apply(*COLLEAGUE).err
    assert stand.cli("unlock", "--environment", "Prod", "--auto-approve").code == 0
    resumed = stand.cli("apply", "--resume", *COLLEAGUE)
    if "nothing was applied" in resumed.err:
        resumed = stand.apply(*COLLEAGUE)
    assert resumed.code == 0, resumed.text
    made = stand.workflows()
    assert sorted(made) == ["a", "b"]
    assert all(workflow["versions"] == 1 for workflow in made.values())


def test_few_objects_per_workflow(stand: Stand) -> None:
    names = [f"d{number}" for number in range(12)]
    deploy(stand, *names)
    puts = stand.calls("s3:PutObject")
    assert puts <= 4 * len(names), f"{puts} PUTs for {len(names)} workflows"


def test_a_bucket_that_is_lost_under_way_stops_before_the_next_change(stand: Stand) -> None:
    stand.define("a", "b", "c")
    assert stand.plan().code == 0
    stand.fault("s3:PutObject", "deny", nth=7, count=1000)
    ran = stand.apply("--parallel", "1", *STATE)
    assert ran.code == 2, ran.text
    assert "nothing was called" in ran.err
    before = stand.calls("mwaa-serverless:CreateWorkflow")
    assert before < 3
    stand.post("/_clear")
    assert (again := stand.cli("apply", "--resume", *STATE)).code == 0, again.text
    assert all(workflow["versions"] == 1 for workflow in stand.workflows().values())


def test_a_record_that_is_gone_stops_every_verb(stand: Stand) -> None:
    deploy(stand, "a")
    middle = objects(stand)[2]
    stand.aws("s3").delete_object(Bucket=stand.bucket, Key=middle)
    for verb in (("status",), ("verify",), ("rollback", "--auto-approve"), ("destroy", "--auto-approve")):
        ran = stand.cli(*verb, *STATE)
        assert (ran.code, "is gone, so the journal is not trusted" in ran.err) == (2, True), ran.text
    assert sorted(stand.workflows()) == ["a"]
    aside = stand.cli("repair", "--environment", "Prod", "--auto-approve", *STATE)
    assert aside.code == 0, aside.text
    assert objects(stand) == []
    assert objects(stand, "/damaged-")


def test_a_damaged_record_is_not_trusted(stand: Stand) -> None:
    deploy(stand, "a")
    s3, key = stand.aws("s3"), objects(stand)[1]
    body = s3.get_object(Bucket=stand.bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=stand.bucket, Key=key, Body=body.replace(b"{", b"[", 1))
    assert "is damaged" in stand.cli("status", *STATE).err


class OneBucket:
    """The objects of a bucket, written once each; `lost` answers of writes never come."""

    def __init__(self, lost: int = 0) -> None:
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.lost = lost

    def listing(self, bucket: str, prefix: str) -> list[StoredObject]:
        return [StoredObject(key, "e", None) for key in sorted(self.objects) if key.startswith(prefix)]

    def read(self, bucket: str, key: str) -> bytes:
        return self.objects[key][0]

    def head(self, bucket: str, key: str) -> StoredObject | None:
        found = self.objects.get(key)
        return StoredObject(key, "e", None, metadata=found[1]) if found else None

    def put(self, bucket: str, key: str, body: bytes, *, metadata: dict[str, str]) -> None:
        if key in self.objects:
            raise CallError(Cause.PRECONDITION, "s3:PutObject", "is there")
        self.objects[key] = (body, metadata)
        if self.lost:
            self.lost -= 1
            raise CallError(Cause.UNKNOWN, "s3:PutObject", "no answer")


def storage(bucket: OneBucket) -> BucketStorage:
    return BucketStorage(cast("World", SimpleNamespace(store=bucket)), S3Location("b", "team"), "state")


def test_of_two_that_write_at_once_the_second_stops_and_writes_nothing() -> None:
    """Both were let through, as where a lock was freed by hand under a living call."""
    bucket = OneBucket()
    one, other = storage(bucket), storage(bucket)
    assert one.read_journal() == other.read_journal() == b""
    one.append_journal(b"mine\n", 0)
    for _ in range(2):
        with pytest.raises(UsageError, match="somebody else writes"):
            other.append_journal(b"mine\n", 0)
    one.append_journal(b"mine too\n", 5)
    assert storage(bucket).read_journal() == b"mine\nmine too\n"


def test_a_write_whose_answer_was_lost_is_ours() -> None:
    bucket = OneBucket(lost=1)
    one = storage(bucket)
    one.read_journal()
    one.append_journal(b"a\n", 0)
    one.append_journal(b"b\n", 2)
    assert storage(bucket).read_journal() == b"a\nb\n"


def test_brought_to_the_bucket_and_back(stand: Stand) -> None:
    stand.deploy("a")
    pushed = stand.cli("state", "push", *STATE)
    assert pushed.code == 0, pushed.text
    assert "1 of 1 workflows" in stand.cli("verify", *COLLEAGUE).out
    stand.define("b")
    assert stand.plan().code == 0
    assert stand.apply(*COLLEAGUE).code == 0
    assert (pulled := stand.cli("state", "pull", *STATE)).code == 0, pulled.text
    assert "2 of 2 workflows" in stand.cli("verify").out
    assert "0 records" in stand.cli("state", "pull", *STATE).out


def test_two_states_that_went_on_apart_are_not_mixed(stand: Stand) -> None:
    stand.deploy("a")
    assert stand.cli("state", "push", *STATE).code == 0
    for marker, where in (("y", ()), ("z", STATE)):
        stand.define("a", marker=marker)
        assert stand.plan().code == 0
        assert stand.apply(*where).code == 0
    before = objects(stand)
    for verb in ("push", "pull"):
        ran = stand.cli("state", verb, *STATE)
        assert (ran.code, "went on apart" in ran.err) == (2, True), ran.text
    assert objects(stand) == before


def test_a_place_that_is_none_is_said(stand: Stand) -> None:
    ran = stand.cli("status", "--state", "mwaa-rehearsal/team")
    assert (ran.code, "write s3://BUCKET/PREFIX" in ran.err) == (2, True)


def kept(stand: Stand) -> list[Any]:
    s3 = stand.aws("s3")
    keys = objects(stand, "/plan-")
    return [json.load(s3.get_object(Bucket=stand.bucket, Key=key)["Body"]) for key in keys]


def test_each_plan_is_kept_once(stand: Stand) -> None:
    deploy(stand, "a")
    assert stand.apply(*STATE).code in (0, 2)
    assert len(kept(stand)) == 1
