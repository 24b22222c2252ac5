"""DAGs that depend on one that is cut over: found in all files, refused ones too, and never left behind unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagconv.deploy.definition import Definition, Origin
from dagconv.deploy.links import Link, Tie, links_in
from dagconv.migrate.plan.dependents import check_dependents, find_dependents
from dagconv.migrate.survey.given import replace_converted
from dagconv.migrate.survey.inventory import Surveyed

if TYPE_CHECKING:
    from tests.standin.stand import Stand

HEAD = """\
from datetime import datetime

from airflow import DAG
from airflow.datasets import Dataset
from airflow.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
from airflow.sensors.external_task import ExternalTaskSensor
"""
DAG_LINE = 'with DAG("{}", schedule={}, start_date=datetime(2024, 1, 1), catchup=False):\n    {}\n'
FILES = {
    "etl.py": ("etl", '"@daily"', 'S3ListOperator(task_id="list", bucket="b", outlets=[Dataset("s3://b/list")])'),
    "alone.py": ("alone", '"@daily"', 'S3ListOperator(task_id="list", bucket="b")'),
    "report.py": ("report", '"@daily"', 'ExternalTaskSensor(task_id="wait", external_dag_id="etl")'),
    "driven.py": ("driven", '[Dataset("s3://b/list")]', 'S3ListOperator(task_id="list", bucket="b")'),
    "starter.py": (
        "starter", "None",
        'TriggerDagRunOperator.partial(task_id="go").expand(trigger_dag_id=["etl", "{{ params.other }}"])',
    ),
}  # fmt: skip
BROKEN = 'import a_library_that_is_not_here\nExternalTaskSensor(task_id="w", external_dag_id="etl")\n'


def definition(dag_id: str, *links: Link, text: str = "", unread: bool = False) -> Definition:
    return Definition(dag_id, text, Origin.CONVERTED, f"{dag_id}.py", links=links, unread=unread)


def found(*definitions: Definition, broken: dict[str, str] | None = None) -> list[tuple[str, str]]:
    surveyed = Surveyed(Origin.CONVERTED, frozenset(broken or {}), broken or {})
    return [(d.on, d.dag_id) for d in find_dependents(definitions, [surveyed])]


def test_a_trigger_ties_both_ways_and_a_sensor_one() -> None:
    assert found(definition("a", Link(Tie.STARTS, "b", "t"))) == [("a", "b"), ("b", "a")]
    assert found(definition("a", Link(Tie.WAITS, "b", "t"))) == [("b", "a")]
    assert found(definition("a", Link(Tie.WAITS, "a", "t"))) == [], "a DAG that waits for itself moves with itself"


def test_an_asset_ties_its_reader_to_each_writer() -> None:
    writers = [definition(name, Link(Tie.WRITES, "s3://x", "t")) for name in ("a", "b")]
    assert found(*writers, definition("c", Link(Tie.READS, "s3://x"))) == [("a", "c"), ("b", "c")]
    assert found(*writers, definition("c", Link(Tie.READS, "s3://y"))) == []
    assert found(*writers, definition("c", Link(Tie.READS, ""))) == [("", "c")]


def test_a_file_that_could_not_be_read_still_names_others() -> None:
    broken = definition("broken", unread=True)
    assert found(broken, broken={"broken.py": BROKEN}) == [("etl", "broken")]
    assert found(broken, broken={"broken.py": BROKEN.replace('"etl"', "TARGET")}) == [("", "broken")]
    assert found(broken, broken={"broken.py": 'DAG("etl", description="etl")\n'}) == []
    assert links_in("print 1") == (Link(Tie.WAITS, ""), Link(Tie.STARTS, "")), "Python 2 cannot be told"


def test_the_links_of_a_dag_stay_when_a_finished_definition_takes_its_place() -> None:
    given = Definition("a", "a: {}\n", Origin.GIVEN, "a.yaml")
    (taken,) = replace_converted([definition("a", Link(Tie.STARTS, "b", "t"))], [given])
    assert (taken.text, taken.links) == (given.text, (Link(Tie.STARTS, "b", "t"),))


def test_findings_name_who_breaks_and_why() -> None:
    dependents = find_dependents([definition("a", Link(Tie.WAITS, "b", "t"), Link(Tie.WAITS, "", "u"))], [])
    said = list(check_dependents(dependents, ["b", "c"]))
    assert [one.code for one in said] == ["DC840", "DC841"]
    assert '"b" has dependents' in said[0].message
    assert "a waits for its runs (in task t)" in said[0].message
    assert said[1].message.endswith("waits in task u")
    assert list(check_dependents(find_dependents([definition("a")], []), ["a"])) == []


def test_h4_finished_definitions_join_the_dags_of_the_environment(bare: Stand) -> None:
    dags = bare.folder / "dags"
    dags.mkdir()
    (dags / "a\\b.py").write_text("no safe name, so it is refused unread")
    bare.open(dags=str(dags))
    bare.define("etl")
    planned = bare.plan()
    assert (planned.code, "+ create etl" in planned.out, "DC832" in planned.out) == (1, True, True), planned.text


@pytest.mark.airflow
def test_a_cutover_leaves_no_dependent_behind_unasked(bare: Stand) -> None:
    dags = bare.folder / "dags"
    dags.mkdir()
    for name, (dag_id, schedule, task) in FILES.items():
        (dags / name).write_text(HEAD + DAG_LINE.format(dag_id, schedule, task))
    (dags / "broken.py").write_text(HEAD + BROKEN + DAG_LINE.format("broken", "None", "pass"))
    bare.open(dags=str(dags), dag_ids=("etl", "alone", "report", "driven", "starter", "broken"))
    planned = bare.cli("plan", "--environment", "Prod", "--out", "plan.json")
    assert planned.code == 1, planned.text
    for text in (
        'DC840 DAG "etl" has dependents',
        "broken waits for its runs (in a file that could not be read)",
        "driven runs when it has written s3://b/list (in task list)",
        "report waits for its runs (in task wait)",
        "starter starts it (in task go)",
        'DC841 on which DAG "starter" depends cannot be told: starts one in task go',
    ):
        assert text in planned.out, planned.out
    assert bare.apply().code == 0
    held = bare.cli("cutover", "--pause-source", "--auto-approve")
    assert (held.code, "! etl  stays" in held.out, "report depends on etl" in held.out) == (1, True, True), held.text
    assert {name: w["TriggerMode"] for name, w in bare.workflows().items()} == {"alone": "SCHEDULED", "etl": "MANUAL"}
    bare.set(dags=dict.fromkeys(("broken", "driven", "report", "starter"), True) | {"etl": False, "alone": True})
    assert "~ etl" in bare.cli("cutover", "--pause-source", "--canary", "1").out, "whoever is paused waits for nobody"
    bare.set_dags("etl", "report", "starter")
    broken = bare.cli("cutover", "--pause-source", "--break-dependents", "--auto-approve")
    assert (broken.code, "report depends on etl: it waits for its runs" in broken.out) == (0, True), broken.text
    assert bare.workflows()["etl"]["TriggerMode"] == "SCHEDULED"
