"""The assessment's figures, each counted another way, and its forms: page, Markdown, CSV."""

from __future__ import annotations

import csv
import datetime
import html
import io
import json
import re
from collections import Counter

import pytest

from dagconv.assessment.assessment import TODAY, UNREAD, UNTOLD, WORK, assess
from dagconv.assessment.document import Made, document, masking
from dagconv.assessment.figures import Count, Need, figures_of
from dagconv.assessment.forecast import Forecast, Step
from dagconv.assessment.forms import markdown, table
from dagconv.assessment.outline import Node, Outline
from dagconv.assessment.render_page import render_page
from dagconv.assessment.timing import Timing
from dagconv.diagnostics import Location, Means
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Report
from dagconv.load.failed_rules import MODULE_NOT_FOUND, SYNTAX_ERROR
from dagconv.load.import_rules import VARIABLE_READ
from dagconv.lower.refuse_code import PYTHON
from dagconv.wire.inputs import NO_INPUTS, Inputs

NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.timezone.utc)
HOSTILE = ("</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "' onclick='x", "]]>\u2028")


def converted(path, *dags, found=()):
    return FileReport(path, FileStatus.CONVERTED, tuple(DagReport(dag, FileStatus.CONVERTED) for dag in dags), found)


def stopped(path, dag, *found):
    return FileReport(path, FileStatus.REFUSED, (DagReport(dag, FileStatus.REFUSED),), found)


def failed(path, *found):
    return FileReport(path, FileStatus.FAILED, (), found)


def python(path, dag, line=2):
    return PYTHON.at(Location(path, line), dag_id=dag, task_id="t", value="PythonOperator")


def missing(path):
    return VARIABLE_READ.at(Location(path, 1), name="bucket")


TODAY_REPORT = Report(
    (
        converted("a.py", "a1", "a2"),
        failed("b.py", missing("b.py")),
        stopped("c.py", "c1", python("c.py", "c1")),
        stopped("d.py", "d1", python("d.py", "d1"), python("d.py", "d1", 3)),
        failed("e.py", SYNTAX_ERROR.at(Location("e.py", 1), message="bad")),
        failed("f.py", missing("f.py")),
        FileReport("g.py", FileStatus.SKIPPED),
    )
)
# With everything granted: b.py shows two DAGs, one of which converts; f.py asks for a module that nobody has.
END = Report(
    (
        converted("a.py", "a1", "a2"),
        FileReport(
            "b.py",
            FileStatus.REFUSED,
            (DagReport("b1", FileStatus.CONVERTED), DagReport("b2", FileStatus.REFUSED)),
            (python("b.py", "b2"),),
        ),
        converted("c.py", "c1"),
        stopped("d.py", "d1", python("d.py", "d1")),
        failed("e.py", SYNTAX_ERROR.at(Location("e.py", 1), message="bad")),
        failed("f.py", MODULE_NOT_FOUND.at(Location("f.py", 2), module="x", message="gone")),
        FileReport("g.py", FileStatus.SKIPPED),
    )
)
STEPS = (
    Step(Need(Means.INPUTS), frozenset({("b.py", "b1")}), Count(dags=1)),
    Step(Need(Means.PACKAGES), frozenset(), Count()),
    Step(Need(Means.CODE), frozenset({("c.py", "c1")}), Count(dags=1)),
)
OUTLINES = {
    ("a.py", "a1"): Outline(
        (Node("one", "S3CreateBucketOperator", ()), Node("two", "EmptyOperator", ("one",))),
        Timing("at 02:00 UTC", ("2026-11-25T02:00Z",), 7),
        Timing("at 02:00 UTC", ("2026-11-25T02:00Z",), 7),
    ),
    ("d.py", "d1"): Outline((Node("t", "PythonOperator", ()),), Timing("on demand", (), 0), Timing("on demand", (), 0)),
}


def found():
    forecast = Forecast(figures_of(TODAY_REPORT), STEPS, END)
    return assess(("dags",), TODAY_REPORT, forecast, OUTLINES, {("a.py", "a1"): "a1:\n  schedule: null\n"})


def data(mask=str, include_source=False):
    return document(found(), Made(NOW, mask, include_source))


def test_every_dag_stands_once_under_its_outcome():
    outcomes = {(dag.path, dag.dag_id): dag.outcome for dag in found().dags}
    assert outcomes == {
        ("a.py", "a1"): TODAY,
        ("a.py", "a2"): TODAY,
        ("b.py", "b1"): "with inputs",
        ("b.py", "b2"): WORK,
        ("c.py", "c1"): "with a code package",
        ("d.py", "d1"): WORK,
        ("e.py", None): UNREAD,
        ("f.py", None): UNTOLD,
    }


def test_the_shares_are_what_the_rows_count():
    shares = {share.outcome: share.dags.units for share in found().shares}
    assert shares == Counter(dag.outcome for dag in found().dags)
    order = [TODAY, "with inputs", "with a code package", UNTOLD, WORK, UNREAD]
    assert [share.outcome for share in found().shares] == order


def test_the_reasons_count_what_stops_today_and_what_shows_only_later():
    reasons = {one.rule.slug: (one.stopped, one.alone) for one in found().reasons}
    assert reasons == {
        # b1 and b2 by their file, f by itself; b2 also holds a function, f also asks for a module.
        VARIABLE_READ.slug: (Count(dags=2, files=1), Count(dags=1)),
        PYTHON.slug: (Count(dags=3), Count(dags=2)),
        MODULE_NOT_FOUND.slug: (Count(files=1), Count()),
        SYNTAX_ERROR.slug: (Count(files=1), Count(files=1)),
    }


def test_a_line_of_source_stands_once_with_its_dags(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.py").write_text("import x\n  run = PythonOperator()\n")
    (reason,) = [one for one in data()["reasons"] if one["slug"] == PYTHON.slug]
    (place,) = [one for one in reason["places"] if (one["file"], one["line"]) == ("d.py", 2)]
    assert (place["text"], place["dags"]) == ("run = PythonOperator()", ["d1"])


def test_size_counts_tasks_operators_and_starts():
    size = data()["size"]
    assert (size["dags"], size["tasks"], size["scheduled"], size["weekly"]) == (6, 3, 1, 7)
    assert size["operators"] == [["EmptyOperator", 1], ["PythonOperator", 1], ["S3CreateBucketOperator", 1]]
    assert size["largest"] == len("a1:\n  schedule: null\n")


def test_only_what_converts_today_has_a_definition():
    assert [(dag["dag"], dag["yaml"]) for dag in data()["dags"] if "yaml" in dag] == [("a1", "a1:\n  schedule: null\n")]


def test_the_page_says_the_same_figures_in_its_text():
    page = render_page(data())
    text = html.unescape(re.sub(r"<[^>]+>", " ", page.split("<main>")[1].split('<section id="dags"')[0]))
    for outcome, units in Counter(dag.outcome for dag in found().dags).items():
        assert re.search(rf"{outcome}\s+{units}\b", text), outcome
    assert "2 of 8 DAGs convert today" in page


def test_the_page_asks_nobody_for_anything():
    page = render_page(data())
    assert not re.search(r"(?:src|href)=\"(?!#)", page.split('<script type="application/json"')[0])
    assert "http" not in re.sub(r"http://www.w3.org/2000/svg|http-equiv", "", page)
    assert "default-src 'none'" in html.unescape(page)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_inert_wherever_they_stand(name):
    hostile = Report((converted(f"{name}.py", name), stopped(name, name, python(name, name))))
    forecast = Forecast(figures_of(hostile), (), hostile)
    outline = Outline((Node(name, name, ()),), Timing(name), Timing(name))
    made = assess((name,), hostile, forecast, {(f"{name}.py", name): outline}, {(f"{name}.py", name): name})
    page = render_page(document(made, Made(NOW, str)))
    assert page.count("<script") == 2
    assert page.count("</script") == 2
    assert "<img" not in page
    assert "<!--" not in page.split("</style>")[1].split("<script>")[0]
    assert "' onclick='" not in page.split('<script type="application/json"')[0]
    inner = page.split('id="data">')[1].split("</script>")[0]
    assert json.loads(inner)["dags"][0]["dag"] == name
    assert [row[1].lstrip("'") for row in csv.reader(io.StringIO(table(json.loads(inner))))][1:] == [
        name.lstrip("'"),
        name.lstrip("'"),
    ]
    assert "<" not in re.sub(r"\\<", "", markdown(json.loads(inner)))


def test_a_cell_is_no_formula():
    report = Report((converted("a.py", "=cmd()"),))
    made = assess(("a",), report, Forecast(figures_of(report), (), report), {}, {})
    assert "\n" + "a.py,'=cmd()," in table(document(made, Made(NOW, str)))


def test_secrets_stand_nowhere(tmp_path, monkeypatch):
    """What is given under a secret's name, all of a Connection, and what looks like a secret in source or findings."""
    monkeypatch.chdir(tmp_path)
    given = Inputs(
        variables={"db_password": "planted-1", "bucket": "shown-1"},
        environment={"API_TOKEN": "planted-2", "STAGE": "shown-2"},
        connections={"db": "postgres://user:planted-3@host/x"},
    )
    line = (
        "password='planted-4', key='AKIAIOSFODNN7EXAMPLE', x='planted-1', y='planted-2', uri='//u:planted-5@h' shown-3"
    )
    line = line.replace("'//u", "'a://u")
    (tmp_path / "d.py").write_text(f"import x\n{line}\n")
    planted = PYTHON.at(Location("d.py", 2), dag_id="d1", task_id="t", value=line)
    report = Report((stopped("d.py", "d1", planted), converted("a.py", "a1")))
    yaml = f"a1:\n  run: {line}\n  bucket: shown-1 shown-2\n"
    made = assess(("dags",), report, Forecast(figures_of(report), (), report), {}, {("a.py", "a1"): yaml})
    said = document(made, Made(NOW, masking(given), include_source=True))
    for text in (render_page(said), markdown(said), table(said), json.dumps(said)):
        assert not re.findall(r"planted-\d|AKIA\w+", text)
    assert "shown-1 shown-2" in said["dags"][1]["yaml"]
    assert "shown-3" in said["dags"][0]["source"]
    assert masking(NO_INPUTS)("plain") == "plain"


def test_a_thousand_dags_fit_in_twelve_megabytes():
    yaml = "".join(f"  line_{n}: 'arn:aws:s3:::a-bucket/some/key/{n}'\n" for n in range(80))
    nodes = tuple(Node(f"task_{n}", "S3CreateObjectOperator", (f"task_{n - 1}",) if n else ()) for n in range(10))
    timing = Timing("at 02:00 UTC", ("2026-11-25T02:00Z",) * 3, 7)
    report = Report(tuple(converted(f"dags/f{n}.py", f"dag_{n}") for n in range(1000)))
    names = [(file.path, file.dags[0].dag_id) for file in report.files]
    made = assess(
        ("dags",),
        report,
        Forecast(figures_of(report), (), report),
        dict.fromkeys(names, Outline(nodes, timing, timing)),
        dict.fromkeys(names, yaml),
    )
    page = render_page(document(made, Made(NOW, masking(NO_INPUTS))))
    assert len(page.encode()) < 12_000_000
