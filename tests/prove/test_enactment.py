"""The run proof: what it compares, what it excuses, and that every pair of fixtures with code holds in it."""

from __future__ import annotations

import datetime
import os
import shutil
from dataclasses import replace

import pytest
from cases import FIXTURES, read_file
from outcomes import CONVERTED, options_of

from dagconv import packing, pipeline
from dagconv.diagnostics.report import FileStatus
from dagconv.discover.source import SourceFile
from dagconv.ir.change import Case, Change, Divergence
from dagconv.ir.enactment import Enacted, Enactment, RunPlan, Scenario, TaskRun
from dagconv.ir.rendering import OWN_MOMENT, Occasion
from dagconv.ir.task import MISSING, Operator, Task
from dagconv.ir.workflow import Workflow
from dagconv.language.archive import PackageFile, write_archive
from dagconv.lower.lowering import Options
from dagconv.pipeline import CompileOptions, compiler
from dagconv.prove.enactment import MAX_ALONE, prove_runs, run_plan, unrepeatable
from dagconv.prove.rendering import Told
from dagconv.wire.limits import Limits

NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
PAIRS = [case for case in CONVERTED if case.startswith("code/") and read_file(case, "want.yaml")]
# By default every sixteenth pair is run, all of them by `make test-runs`.
EACH = 1 if os.environ.get("DAGCONV_TEST_FULL") else 16


def task(task_id, *upstream):
    return Task(task_id, Operator("m.Op", "m.Op"), upstream=upstream)


def workflow(*tasks):
    return Workflow("d", tasks=tasks)


def side(*runs, scenario="r"):
    return Enactment((Enacted(scenario, runs),))


A, B = TaskRun("a", "success", 1, (("return_value", "1"),)), TaskRun("b", "success", 1)
PLAN = RunPlan("d", OWN_MOMENT, (Scenario("r", Occasion("r", False, "2025-06-11T00:00:00+00:00", "text")),), ())
FLOW = workflow(task("a"), task("b", "a"))


def found(source, written, changes=(), flow=FLOW):
    told = prove_runs(flow, flow, PLAN, Told(changes), source, written)
    return [(one.code, one.task_id) for one in told if one.code != "DC742"]


@pytest.mark.parametrize(
    "other",
    [
        replace(A, state="failed"),
        replace(A, tries=2),
        replace(A, outputs=(("return_value", "2"),)),
        replace(A, outputs=()),
        replace(A, calls=("s3 ListBuckets {}",)),
        replace(A, error="ValueError: x"),
    ],
)
def test_whatever_a_task_does_otherwise_is_found(other):
    assert found(side(A, B), side(A, B)) == []
    assert found(side(A, B), side(other, B)) == [("DC740", "a")]
    assert found(side(other, B), side(A, B)) == [("DC740", "a")]


def test_order_and_tasks_that_are_missing_are_found():
    assert found(side(A, B), side(B, A)) == [("DC740", "b")]
    assert found(side(A), side(A, B)) == [("DC740", "b")]


def test_a_declared_difference_excuses_what_it_is_about():
    def change(field, code="DC300"):
        return (Change(code, "a", field, MISSING, 1),)

    tried, called = replace(A, tries=2), replace(A, calls=("executes x",))
    assert found(side(A, B), side(tried, B), change("retries")) == []
    assert found(side(A, B), side(tried, B), change("bucket")) == [("DC740", "a")]
    assert found(side(A, B), side(called, B), change("operator")) == []
    for other in ("bucket", "execution_timeout"):
        assert found(side(A, B), side(called, B), change(other)) == [("DC740", "a")]
    assert found(side(A, B), side(called, B), change("operator", "DC510")) == [("DC740", "a")]
    assert found(side(A, B), side(A, replace(B, state="skipped")), change("trigger_rule")) == []


def test_what_was_told_to_render_otherwise_is_not_held_against_it():
    other = replace(A, outputs=(("return_value", "2"),))
    for case, codes in ((Case.MANUAL, []), (Case.SCHEDULED, [("DC740", "a")])):
        told = Told((), (Divergence("DC430", "a", "op_kwargs", case, "a day later"),))
        found = prove_runs(FLOW, FLOW, PLAN, told, side(A, B), side(other, B))
        assert [(one.code, one.task_id) for one in found if one.code != "DC742"] == codes


def test_a_run_that_was_cut_off_proves_nothing():
    cut = TaskRun("a", "unfinished", 1, error="took longer than 10 s")
    assert found(side(cut, B), side(cut, B)) == [("DC741", None)]


def test_what_no_run_reached_is_told():
    told = list(prove_runs(FLOW, FLOW, PLAN, Told(), side(A, B), side(A, B)))
    assert [(one.code, one.task_id) for one in told] == [("DC742", "a"), ("DC742", "b")]
    assert "never failed or was skipped" in told[0].message


def test_what_is_made_anew_is_told_and_not_compared():
    told = unrepeatable(FLOW, FLOW, PLAN, side(A, B), side(replace(A, outputs=(("return_value", "5"),)), B))
    assert [(one.code, one.task_id) for one in told] == [("DC743", "a")]


@pytest.mark.parametrize("count", [1, MAX_ALONE, MAX_ALONE + 1, 100])
def test_each_task_fails_and_is_skipped_in_some_run(count):
    flow = workflow(*(task(f"t{number}") for number in range(count)))
    plan = run_plan(flow, flow, (), OWN_MOMENT)
    names = {one.task_id for one in flow.tasks}
    assert {name for run in plan.scenarios for name in run.failing} == names
    assert {name for run in plan.scenarios for name in run.skipped} == names
    assert len(plan.scenarios) <= 12 + 2 * MAX_ALONE
    assert len({run.name for run in plan.scenarios}) == len(plan.scenarios)


@pytest.fixture(scope="module")
def running():
    options = CompileOptions(Options(now=NOW, code_package=True), run=True, limits=Limits(timeout=300))
    with compiler(options) as shared:
        yield shared


def proved(running, case, folder=FIXTURES):
    options = replace(options_of(case), run=True, limits=Limits(timeout=300))
    file = SourceFile(str(folder / case / "dag.py"), str(folder / case), explicit=True)
    (report,) = replace(running, options=options).convert((file,)).report.files
    return report


@pytest.mark.airflow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", PAIRS[::EACH])
def test_each_pair_of_the_fixtures_does_the_same(case, running):
    report = proved(running, case)
    assert report.status is FileStatus.CONVERTED, [one.message for one in report.diagnostics]


def damaged(running, monkeypatch, tmp_path, text, old, new):
    """The codes of a DAG whose package was changed while every other proof of code looks away."""
    (tmp_path / "dag.py").write_text(text)

    def spoil(lowering, *rest):
        package = packing.pack(lowering, *rest)
        files = {
            path: PackageFile(path, file.content.replace(old.encode(), new.encode()), file.executable)
            for path, file in package.files.items()
        }
        assert any(old.encode() in file.content for file in package.files.values())
        return replace(package, files=files, content=write_archive(files))

    monkeypatch.setattr(pipeline, "pack", spoil)
    monkeypatch.setattr(pipeline, "prove_package", lambda *_: [])
    file = SourceFile(str(tmp_path / "dag.py"), str(tmp_path), explicit=True)
    (report,) = running.convert((file,)).report.files
    print([one.message for one in report.diagnostics])
    return {one.code for one in report.diagnostics if one.code.startswith("DC7")} - {"DC742"}


DAG = """\
from datetime import datetime
import boto3
from airflow.sdk import dag, task
LIMIT = 3
@dag(schedule=None, start_date=datetime(2030, 1, 1))
def d():
    @task(multiple_outputs=True)
    def a():
        return {"x": LIMIT, "y": 2}
    @task
    def b(x, y):
        boto3.client("s3").put_object(Bucket="one", Key=str(x), Body=b"")
        if x > 5:
            raise ValueError("never")
        return x - y
    found = a()
    b(found["x"], found["y"])
d()
"""


@pytest.mark.airflow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 9"),
        ("_push_each(_call_a())", "_call_a()"),
        ("'a', 'x', True", "'a', 'y', True"),
        ('Bucket="one"', 'Bucket="two"'),
        ("return x - y", "return y - x"),
        ("LIMIT = 3", "LIMIT = 3.0"),
    ],
)
def test_it_finds_damage_by_itself(old, new, running, monkeypatch, tmp_path):
    assert damaged(running, monkeypatch, tmp_path, DAG, old, new) == {"DC740"}


@pytest.mark.airflow
@pytest.mark.timeout(300)
def test_it_finds_nothing_where_nothing_was_damaged(running, monkeypatch, tmp_path):
    assert damaged(running, monkeypatch, tmp_path, DAG, "LIMIT = 3", "LIMIT = 3  # three") == set()


@pytest.mark.airflow
@pytest.mark.timeout(300)
def test_chance_at_import_is_told_and_a_task_without_end_refused(running, tmp_path):
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    text = DAG.replace("LIMIT = 3", "import random\nLIMIT = random.randint(1, 10**9)\n").replace("if x > 5", "if x < 0")
    (tmp_path / "dag.py").write_text(text)
    file = SourceFile(str(tmp_path / "dag.py"), str(tmp_path), explicit=True)
    (report,) = running.convert((file,)).report.files
    assert "DC740" not in {one.code for one in report.diagnostics}
    (tmp_path / "dag.py").write_text(DAG.replace("return x - y", "while True: pass"))
    short = replace(running, options=replace(running.options, limits=Limits(timeout=2)))
    (report,) = short.convert((file,)).report.files
    assert "DC741" in {one.code for one in report.diagnostics}
    assert report.status is FileStatus.REFUSED
