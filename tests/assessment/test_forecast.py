"""What further steps open is counted from conversions, cumulatively and alone, and equals what they then do."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import pytest

from dagconv.assessment.assessment import UNREAD, UNTOLD, assess
from dagconv.assessment.conversion import converting
from dagconv.assessment.figures import Count, Need
from dagconv.assessment.forecast import Step, forecast
from dagconv.assessment.summary import forecast_rows
from dagconv.diagnostics import Location, Means
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Report
from dagconv.discover import discover
from dagconv.load.failed_rules import MODULE_NOT_FOUND, SYNTAX_ERROR
from dagconv.load.import_rules import VARIABLE_READ
from dagconv.lower.lowering import Options
from dagconv.lower.refuse_code import PYTHON
from dagconv.lower.shift_intervals import NOT_EXACT
from dagconv.pipeline import CompileOptions, compiler
from dagconv.wire.inputs import Inputs

INPUTS, PACKAGES, CODE = Need(Means.INPUTS), Need(Means.PACKAGES), Need(Means.CODE)
SHIFT = Need(Means.ACCEPT, "interval-shift")
PLACE = Location("x.py", 1)
FINDINGS = {
    INPUTS: VARIABLE_READ.at(PLACE, name="bucket"),
    PACKAGES: MODULE_NOT_FOUND.at(PLACE, module="pandas", message="gone"),
    SHIFT: NOT_EXACT.at(PLACE, dag_id="d", task_id="t", key="sql", value="ds", reason="why"),
    CODE: PYTHON.at(PLACE, dag_id="d", task_id="t", value="PythonOperator"),
    None: SYNTAX_ERROR.at(PLACE, message="bad"),
}


def opened(*paths):
    """Of files whose DAG is called `d` until it converts, then as its file."""
    return frozenset((path, path) for path in paths)


class Folder:
    """Files that each need steps in an order: a load stops at the first that is not granted, the rest is hidden."""

    def __init__(self, **needs: tuple[Need | None, ...]) -> None:
        self.needs = needs
        self.calls: list[tuple[tuple[str, ...], frozenset[Need]]] = []

    def convert(self, paths: Sequence[str], granted: frozenset[Need]) -> Report:
        self.calls.append((tuple(paths), granted))
        return Report(tuple(self.file(path, granted) for path in paths))

    def file(self, path: str, granted: frozenset[Need]) -> FileReport:
        missing = next((FINDINGS[need] for need in self.needs[path] if need not in granted), None)
        if missing is None:
            return FileReport(path, FileStatus.CONVERTED, (DagReport(path, FileStatus.CONVERTED),))
        if missing.dag_id:
            return FileReport(path, FileStatus.REFUSED, (DagReport("d", FileStatus.REFUSED),), (missing,))
        return FileReport(path, FileStatus.FAILED, (), (missing,))

    def forecast(self):
        return forecast(self.convert(list(self.needs), frozenset()), self.convert)


def test_each_step_counts_what_it_opens_after_those_before_and_alone():
    folder = Folder(
        today=(),
        one=(INPUTS,),
        hidden=(PACKAGES, INPUTS),
        module=(PACKAGES,),
        shifted=(SHIFT,),
        all=(INPUTS, PACKAGES, SHIFT, CODE),
        never=(INPUTS, None),
    )
    found = folder.forecast()
    assert found.steps == (
        Step(INPUTS, opened("one"), Count(dags=1)),
        Step(PACKAGES, opened("hidden", "module"), Count(dags=1)),
        Step(SHIFT, opened("shifted"), Count(dags=1)),
        Step(CODE, opened("all"), Count(dags=0)),
    )
    assert found.today.converted == Count(dags=1)
    assert found.rest.converted == Count(dags=6)
    assert [group.need.means for group in found.rest.groups] == [Means.SOURCE]


def test_what_opens_most_alone_comes_first():
    folder = Folder(a=(INPUTS,), b=(SHIFT,), c=(SHIFT,), d=(PACKAGES,), e=(CODE, SHIFT), f=(INPUTS, SHIFT))
    assert [(step.need, step.opens.dags, step.alone.dags) for step in folder.forecast().steps] == [
        (SHIFT, 2, 2),
        (INPUTS, 2, 1),
        (PACKAGES, 1, 1),
        (CODE, 1, 0),
    ]
    assert len(folder.calls) == len(set(folder.calls))


def test_a_file_that_nothing_opens_is_not_converted_again_for_ever():
    folder = Folder(bad=(None,), good=())
    assert folder.forecast().steps == ()
    assert len(folder.calls) == 1


def test_the_rows_tell_steps_and_what_is_left():
    rows = [said for said, _ in forecast_rows(Folder(a=(INPUTS,), b=(INPUTS, PACKAGES), c=(None,)).forecast())]
    assert rows == [
        "+ 1 DAG once the values are given",
        "+ 1 DAG once the modules are there (tried with inert ones), 0 of them with nothing else",
        "at least 1 file left that needs work on the source: syntax-error (1)",
    ]


DAG = """\
from airflow.sdk import DAG, Variable
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
{head}
with DAG({name!r}, schedule=None):
    S3ListOperator(task_id="list", bucket={bucket})
"""
FILES = {
    "a": ("", "'b'"),
    "b": ("count = int(Variable.get('count'))", "Variable.get('bucket')"),
    "c": ("import nowhere_to_be_found\nconfig = Variable.get('config', deserialize_json=True)", "config['bucket']"),
    "d": ("raise ValueError(Variable.get('bucket'))", "'b'"),
    "e": ("import nowhere_to_be_found", "nowhere_to_be_found.BUCKET"),
}


@pytest.mark.airflow
def test_the_forecast_equals_what_convert_then_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, (head, bucket) in FILES.items():
        (tmp_path / f"{name}.py").write_text(DAG.format(head=head, name=name, bucket=bucket))
    files = discover(["."]).files
    now = datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc)
    options = CompileOptions(Options(now=now), jobs=2)
    with compiler(options) as running:
        found = forecast(running.convert(files).report, converting(running, files))
    assert [(step.need, step.opens, step.alone) for step in found.steps] == [
        (INPUTS, Count(dags=1), Count(dags=1)),
        (PACKAGES, Count(dags=1), Count()),
    ]
    assert found.rest.converted == Count(dags=3)
    # What inert modules cannot tell is no work on the source.
    reasons = {group.need: [(rule.code, units) for rule, units in group.reasons] for group in found.rest.groups}
    assert reasons[PACKAGES] == [("DC408", 1)]
    outcomes = {Path(dag.path).stem: dag.outcome for dag in assess(["."], found.end, found, {}, {}).dags}
    assert (outcomes["d"], outcomes["e"]) == (UNREAD, UNTOLD)
    # The same by hand: values of a person, and inert modules.
    given = Inputs({"count": "3", "bucket": "mine", "config": '{"bucket": "x"}'}, stub_missing=True)
    with compiler(CompileOptions(Options(now=now), jobs=2, inputs=given)) as running:
        by_hand = running.convert(files).report
    assert sorted(dag.dag_id for file in by_hand.files for dag in file.dags if dag.status is FileStatus.CONVERTED) == [
        "a",
        "b",
        "c",
    ]


LATEST_ONLY = """
from airflow.sdk import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
from airflow.providers.standard.operators.latest_only import LatestOnlyOperator
with DAG("latest", schedule=None):
    LatestOnlyOperator(task_id="latest") >> S3ListOperator(task_id="list", bucket="b")
"""


@pytest.mark.airflow
def test_a_task_that_a_package_needs_not_hold_is_opened_by_it_all_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "latest.py").write_text(LATEST_ONLY)
    files = discover(["."]).files
    now = datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc)
    with compiler(CompileOptions(Options(now=now))) as running:
        found = forecast(running.convert(files).report, converting(running, files))
    assert [(step.need, step.opens) for step in found.steps] == [(CODE, Count(dags=1))]
