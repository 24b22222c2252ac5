"""A report counted in DAGs: each once, what each needs, and what stops it alone."""

from __future__ import annotations

from dagconv.assessment.figures import Count, Need, figures_of
from dagconv.assessment.summary import summary_rows
from dagconv.diagnostics import Location, Means
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Report
from dagconv.load.failed_rules import MODULE_NOT_FOUND
from dagconv.load.import_rules import VARIABLE_READ
from dagconv.lower.refuse_code import PYTHON
from dagconv.lower.shift_intervals import NOT_EXACT


def variable(names, file="a.py"):
    return VARIABLE_READ.at(Location(file, 1), name=names)


def module(name):
    return MODULE_NOT_FOUND.at(Location("a.py", 1), module=name, message="gone")


def python(dag_id, task_id="t"):
    return PYTHON.at(Location("a.py", 2), dag_id=dag_id, task_id=task_id, value="PythonOperator")


def shifted(dag_id):
    return NOT_EXACT.at(Location("a.py", 3), dag_id=dag_id, task_id="t", key="sql", value="ds", reason="why")


def failed(path, *found):
    return FileReport(path, FileStatus.FAILED, (), found)


def file(path, dags, *found):
    statuses = {True: FileStatus.CONVERTED, False: FileStatus.REFUSED}
    reports = tuple(DagReport(dag_id, statuses[good]) for dag_id, good in dags.items())
    return FileReport(path, statuses[all(dags.values())], reports, found)


REPORT = Report(
    (
        failed("a.py", variable("bucket, topic")),
        failed("b.py", variable("bucket", "b.py"), module("pandas.core")),
        failed("c.py", module("pandas"), module("numpy")),
        file("d.py", {"good": True, "code": False}, python("code"), python("code", "u")),
        file("e.py", {"shift": False, "both": False}, shifted("shift"), shifted("both"), python("both")),
        FileReport("f.py", FileStatus.SKIPPED),
    )
)


def test_each_dag_counts_once_under_each_of_its_needs():
    figures = figures_of(REPORT)
    found = {group.need: (group.stopped, group.alone) for group in figures.groups}
    assert found == {
        Need(Means.INPUTS): (Count(files=2), Count(files=1)),
        Need(Means.PACKAGES): (Count(files=2), Count(files=1)),
        Need(Means.ACCEPT, "interval-shift"): (Count(dags=2), Count(dags=1)),
        Need(Means.CODE): (Count(dags=2), Count(dags=1)),
    }
    assert (figures.converted, figures.empty) == (Count(dags=1), 1)


def test_what_is_missing_is_named_the_most_wanted_first():
    inputs, packages, *_ = figures_of(REPORT).groups
    assert inputs.names == {"Variable": ("bucket", "topic")}
    assert packages.names == {"package": ("pandas", "numpy")}


def test_a_finding_of_the_file_stops_all_of_its_dags_and_none_that_was_converted():
    report = Report(
        (file("a.py", {"one": False, "two": False}, module("x")), file("b.py", {"three": True}, module("y")))
    )
    (group,) = figures_of(report).groups
    assert (group.stopped, group.names) == (Count(dags=2), {"package": ("x",)})


def test_the_rows_say_what_to_do_the_cheapest_first():
    assert list(summary_rows(figures_of(REPORT), ("my dags/",))) == [
        ("1 DAG converted", ""),
        (
            "2 files need 2 Variables (bucket, topic), 1 of them nothing else so far",
            "dag-converter inputs 'my dags/' --template inputs, fill them in, convert again",
        ),
        (
            "2 files need modules that are not installed (pandas, numpy), 1 of them nothing else so far",
            "--requirements requirements.txt; own modules: --dags-root DIR or --plugins DIR",
        ),
        ("2 DAGs need a loss accepted (interval-shift), 1 of them nothing else", "--accept interval-shift"),
        ("2 DAGs hold code of their own: python-operator (2), 1 of them nothing else", "--code-package"),
    ]
