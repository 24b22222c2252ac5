"""What --prune deletes and leaves alone, how it is approved and comes back (docs/faults.md, C4, C5, H2)."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.standin.stand import Stand

FULL = bool(os.environ.get("DAGCONV_TEST_FULL"))  # else some of the records at which a call is killed
BROKEN = "one: {}\ntwo: {}\n"  # no definition has two root keys
DAG = """\
import datetime
from airflow import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
{more}
with DAG("{dag_id}", schedule="0 5 * * *", start_date=datetime.datetime(2024, 1, 1), catchup=False):
    S3ListOperator(task_id="list", bucket="b", retries=0, execution_timeout=datetime.timedelta(minutes=5))
"""


def write(stand: Stand, file: str, text: str) -> None:
    (stand.folder / "defs" / file).write_text(text)


def text_of(stand: Stand, dag_id: str) -> str:
    return (stand.define(dag_id, folder="texts") / f"{dag_id}.yaml").read_text()


def modes(stand: Stand) -> dict[str, str]:
    return {name: workflow["TriggerMode"] for name, workflow in stand.workflows().items()}


def live(stand: Stand, *dag_ids: str, plan: tuple[str, ...] = ()) -> None:
    stand.deploy(*dag_ids, plan=plan)
    stand.set_dags(*dag_ids)
    assert stand.cli("cutover", "--pause-source", "--auto-approve").code == 0


def prune(stand: Stand, *dag_ids: str, plan: tuple[str, ...] = ()) -> None:
    """The DAGs' files are gone, and so are their workflows."""
    for dag_id in dag_ids:
        (stand.folder / f"defs/{dag_id}.yaml").unlink()
    assert stand.plan("--prune", *plan).code == 0
    done = stand.apply("--approve-deletions", str(len(dag_ids)))
    assert done.code == 0, done.text


@pytest.mark.parametrize("option", [("--include", "a*"), ("--exclude", "b*")])
def test_c4_nothing_is_pruned_by_a_filter(stand: Stand, option: tuple[str, str]) -> None:
    stand.deploy("a1", "b1")
    ran = stand.plan("--prune", *option)
    assert (ran.code, "--include" in ran.err) == (2, True)
    filtered = stand.plan(*option)
    assert (filtered.code, "- delete" in filtered.out, "b1 stays" in filtered.out) == (0, False, False)


def test_c4_each_deletion_says_what_it_ends_and_is_approved_by_number(stand: Stand) -> None:
    live(stand, "a", "b")
    arn = stand.workflows()["b"]["arn"]
    stand.aws("mwaa-serverless").start_workflow_run(WorkflowArn=arn, ClientToken="t" * 32)
    stand.post("/_clock", sleep=3600)
    (stand.folder / "defs/b.yaml").unlink()
    planned = stand.plan("--prune")
    assert (planned.code, "- delete b" in planned.out) == (0, True)
    assert "LIVE, scheduled 0 5 * * *, 1 runs" in planned.out
    for wrong in ((), ("--approve-deletions", "2")):
        refused = stand.apply(*wrong)
        assert (refused.code, "--approve-deletions 1" in refused.err) == (2, True)
    assert sorted(stand.workflows()) == ["a", "b"]
    assert stand.apply("--approve-deletions", "1").code == 0
    assert sorted(stand.workflows()) == ["a"]


def test_c4_a_number_without_deletions_is_refused(stand: Stand) -> None:
    stand.define("a")
    assert stand.plan().code == 0
    assert stand.apply("--approve-deletions", "1").code == 2
    assert stand.workflows() == {}


def test_c5_a_workflow_stays_while_its_file_cannot_be_read(stand: Stand) -> None:
    stand.define("a")
    write(stand, "held.yaml", text_of(stand, "b"))
    assert stand.plan().code == 0
    assert stand.apply().code == 0
    write(stand, "held.yaml", BROKEN)
    planned = stand.plan("--prune")
    assert (planned.code, "- delete" in planned.out) == (1, False)
    assert "? b stays" in planned.out
    assert "held.yaml could not be read" in planned.out


@pytest.mark.parametrize(
    ("there", "other", "deleted"),
    [
        (None, None, True),
        (None, BROKEN, False),  # it may have moved there
        ("c", None, True),
        ("c", BROKEN, True),  # its own file loads whole without it, and the broken one does not name it
        ("c", BROKEN + "nightly: {}\n", False),
    ],
)
def test_c5_a_dag_is_gone_when_no_file_may_hold_it(
    stand: Stand, there: str | None, other: str | None, deleted: bool
) -> None:
    stand.define("a")
    write(stand, "held.yaml", text_of(stand, "nightly"))
    assert stand.plan().code == 0
    assert stand.apply().code == 0
    (stand.folder / "defs/held.yaml").unlink()
    if there is not None:
        write(stand, "held.yaml", text_of(stand, there))
    if other is not None:
        write(stand, "other.yaml", other)
    planned = stand.plan("--prune")
    assert ("- delete nightly" in planned.out) is deleted
    assert ("? nightly stays" in planned.out) is not deleted


@pytest.mark.airflow
def test_c5_a_file_that_does_not_import_keeps_its_workflows(stand: Stand) -> None:
    """Converted files: one that fails to import, one that loads without its DAG, and finished files beside them."""
    dags = stand.folder / "dags"
    dags.mkdir()
    (dags / "etl.py").write_text(DAG.format(dag_id="daily_export", more=""))
    (dags / "kept.py").write_text(DAG.format(dag_id="kept", more="") + DAG.format(dag_id="dropped", more=""))
    plan = ("plan", "--environment", "Prod", "--source", "dags", "--out", "plan.json")
    assert stand.process(*plan).code == 0
    assert stand.apply().code == 0
    assert sorted(stand.workflows()) == ["daily_export", "dropped", "kept"]
    (dags / "etl.py").write_text(DAG.format(dag_id="daily_export", more="import a_library_that_this_machine_lacks"))
    (dags / "kept.py").write_text(DAG.format(dag_id="kept", more=""))
    planned = stand.process(*plan, "--prune")
    assert (planned.code, "- delete dropped" in planned.out, "- delete daily_export" in planned.out) == (1, True, False)
    assert "? daily_export stays" in planned.out
    assert "etl.py could not be read" in planned.out
    stand.define("other")
    given = stand.plan("--prune")
    assert (given.code, "- delete" in given.out, "was not looked at" in given.out) == (0, False, True)


def test_h2_workflows_without_a_dag_are_listed(stand: Stand) -> None:
    live(stand, "old")
    (stand.folder / "defs/old.yaml").unlink()
    stand.define("new")
    planned = stand.plan()
    assert "+ create new" in planned.out
    assert "? old stays without a DAG in this plan: LIVE, scheduled 0 5 * * *; only --prune deletes it" in planned.out


def test_c4_a_rollback_makes_what_was_pruned_anew(stand: Stand) -> None:
    options = ("--workflow-env", "STAGE=prod", "--log-group", "/mine")
    live(stand, "a", "b", plan=options)
    before = stand.workflows()["b"]
    prune(stand, "b", plan=options)
    journal = next(stand.folder.glob(".dagconv/*/journal.jsonl"))
    assert "prod" not in journal.read_text(), "values of variables are kept apart"
    done = stand.cli("rollback", "--auto-approve")
    assert (done.code, "anew, with trigger mode SCHEDULED" in done.err) == (0, True), done.text
    after = stand.workflows()["b"]
    same = set(before) - {"arn", "versions", "runs"}
    assert {k: after[k] for k in same} == {k: before[k] for k in same}
    assert stand.cli("status", "--drift", "--exit-code").code == 0
    everything = stand.cli("rollback", stand.journal("Begin")[0]["run"], "--auto-approve")
    assert everything.code == 0, everything.text
    assert (stand.workflows(), stand.state()["paused"]) == ({}, {"a": False, "b": False})


def test_c4_a_definition_that_is_gone_is_written_anew(stand: Stand) -> None:
    live(stand, "a", "b")
    place = stand.workflows()["b"]["DefinitionS3Location"]
    prune(stand, "b")
    s3 = stand.aws("s3")
    s3.delete_object(Bucket=place["Bucket"], Key=place["ObjectKey"], VersionId=place["VersionId"])
    assert stand.cli("rollback", "--auto-approve").code == 0
    assert modes(stand) == {"a": "SCHEDULED", "b": "SCHEDULED"}


def test_c4_a_destroy_is_taken_back_with_the_trust_that_it_needs(stand: Stand) -> None:
    live(stand, "a", "b")
    destroyed = stand.cli("destroy", "--auto-approve")
    assert (destroyed.code, "LIVE, scheduled" in destroyed.out, "NOWHERE  a" in destroyed.out) == (0, True, True)
    assert len(stand.trust()["Statement"]) == 1
    told = stand.cli("status", "--exit-code")
    assert (told.code, "NOWHERE  a" in told.out, "NOWHERE  b" in told.out) == (1, True, True)
    back = stand.cli("rollback", "--auto-approve")
    assert back.code == 0, back.text
    assert (modes(stand), len(stand.trust()["Statement"])) == ({"a": "SCHEDULED", "b": "SCHEDULED"}, 2)
    assert stand.cli("status", "--exit-code").code == 0
    assert stand.cli("rollback", "--auto-approve").out == "nothing to roll back\n"


@pytest.mark.parametrize("point", ["2:before", "2:after", "3:before", "3:after"][:: 1 if FULL else 3])
def test_a_prune_that_was_killed_is_resumed_and_taken_back(stand: Stand, point: str) -> None:
    live(stand, "a", "b")
    (stand.folder / "defs/b.yaml").unlink()
    assert stand.plan("--prune").code == 0
    killed = stand.apply("--approve-deletions", "1", env={"DAGCONV_TEST_KILL_AT": point})
    assert killed.code == -signal.SIGKILL
    assert stand.cli("apply", "--resume").code == 0
    assert sorted(stand.workflows()) == ["a"]
    killed = stand.cli("rollback", "--auto-approve", env={"DAGCONV_TEST_KILL_AT": point})
    assert killed.code == -signal.SIGKILL
    assert stand.cli("rollback", "--auto-approve").code == 0
    assert modes(stand) == {"a": "SCHEDULED", "b": "SCHEDULED"}
    assert stand.state()["paused"] == {"a": True, "b": True}


@pytest.mark.parametrize(
    "point", [f"{n}:{moment}" for n in range(1, 9) for moment in ("before", "after")][:: 3 if FULL else 6]
)
def test_a_destroy_that_was_killed_is_called_again_and_taken_back(stand: Stand, point: str) -> None:
    live(stand, "a", "b")
    killed = stand.cli("destroy", "--auto-approve", "--parallel", "1", env={"DAGCONV_TEST_KILL_AT": point})
    assert killed.code == -signal.SIGKILL
    again = stand.cli("destroy", "--auto-approve")
    assert again.code == 0, again.text
    assert stand.workflows() == {}
    back = stand.cli("rollback", "--auto-approve")
    assert back.code == 0, back.text
    assert (modes(stand), len(stand.trust()["Statement"])) == ({"a": "SCHEDULED", "b": "SCHEDULED"}, 2)
