"""The formats for machines: valid against their schemas, and nothing lost on the way."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from dagconv.diagnostics import Location
from dagconv.diagnostics.render import RenderOptions, renderer
from dagconv.diagnostics.report import FileReport, FileStatus, Report

from .conftest import ERROR

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "report.schema.json").read_text())


def document(form, report, **options):
    return renderer(form)(report, RenderOptions(lambda _: None, "1.0", **options))


def test_the_schema_is_itself_valid():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_json_says_everything(report):
    written = json.loads(document("json", report))
    jsonschema.validate(written, SCHEMA)
    assert written["version"] == 1
    assert written["summary"] == {
        "files": 2,
        "converted": 0,
        "refused": 1,
        "failed": 0,
        "skipped": 1,
        "errors": 1,
        "warnings": 2,
        "seconds": 1.235,
        "to_do": [],
    }
    assert written["files"][0]["dags"][1] == {
        "dag_id": "two",
        "output": "out/two.yaml",
        "status": "converted",
        "proof": {"status": "equal", "declared": ["DC392"]},
    }
    group = written["files"][0]["diagnostics"][1].pop("group")
    assert group not in {one["group"] for one in written["files"][0]["diagnostics"] if "group" in one}
    assert written["files"][0]["diagnostics"][1] == {
        "code": "DC391",
        "slug": "sample-error",
        "severity": "error",
        "effect": "refused",
        "message": "retries is 7, more than 3",
        "help": "Lower it.",
        "location": {"file": "dags/etl.py", "line": 2, "column": 18, "end_line": 2, "end_column": 27},
        "related": [{"file": "dags/other.py", "line": 7, "column": None, "end_line": None, "end_column": None}],
        "dag_id": "etl",
        "task_id": "load",
        "key": "retries",
    }
    assert [found["message"] for found in written["diagnostics"]] == ["about the call"]


def test_json_of_validate_has_its_own_statuses(report):
    judged = Report((FileReport("a.yaml", FileStatus.INVALID), FileReport("b.yaml", FileStatus.VALID)))
    written = json.loads(document("json", judged, shows_dags=False))
    jsonschema.validate(written, SCHEMA)
    assert written["summary"]["valid"] == written["summary"]["invalid"] == 1
    assert "dags" not in written["files"][0]


def test_json_survives_odd_text():
    odd = "\ud800 \x00 \u2028 \U0001f600"
    report = Report((FileReport(odd, FileStatus.FAILED, (), (ERROR.at(Location(odd, 1), text="t", advice=odd),)),))
    text = document("json", report)
    assert text.isascii()
    assert json.loads(text)["files"][0]["path"] == odd


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("files", 0, "status"), "fine"),
        (("files", 0, "dags"), None),
        (("files", 0, "diagnostics", 0, "code"), "E1"),
        (("files", 0, "diagnostics", 0, "location", "line"), 0),
        (("summary", "files"), -1),
    ],
)
def test_the_schema_can_say_no(report, path, value):
    written = json.loads(document("json", report))
    place = written
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written, SCHEMA)


def test_sarif_refers_to_its_rules(report):
    run = json.loads(document("sarif", report))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["DC391", "DC392", "DC393"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    worst = next(result for result in run["results"] if result["ruleId"] == "DC391")
    assert worst["level"] == "error"
    assert worst["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "dags/etl.py"},
        "region": {"startLine": 2, "startColumn": 18, "endLine": 2, "endColumn": 27},
    }


@pytest.mark.parametrize(
    ("path", "uri"),
    [("dags/ä b#1.py", "dags/%C3%A4%20b%231.py"), ("\udcff.py", "%FF.py"), ("\ud800.py", "%ED%A0%80.py")],
)
def test_sarif_addresses_are_uris(path, uri):
    found = ERROR.at(Location(path, 1), text="m", advice="")
    run = json.loads(document("sarif", Report((FileReport("x", FileStatus.FAILED, (), (found,)),))))["runs"][0]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_github_commands_cannot_be_injected():
    found = ERROR.at(Location("a,b:c.py", 3, 4), text="50%\n::error::owned", advice="do\n::stop-commands::x")
    text = document("github", Report((FileReport("a.py", FileStatus.FAILED, (), (found,)),)))
    assert text.count("\n") == 1
    assert text.startswith("::error file=a%2Cb%3Ac.py,line=3,col=4,title=DC391 sample-error::50%25")


def test_junit_counts_files(report):
    suite = ElementTree.fromstring(document("junit", report)).find("testsuite")
    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "skipped": "1",
    }
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.text == "dags/etl.py:2:18: DC391 retries is 7, more than 3\n  help: Lower it."


def test_markdown_says_what_to_do_and_what_was_found(report):
    rows = (("2 DAGs need 1 Variable (a_b)", "dag-converter inputs dags/ --template inputs/"),)
    text = renderer("markdown")(report, RenderOptions(lambda _: None, "1.0", notes=False, rows=rows))
    lines = text.splitlines()
    assert (
        "| 2 DAGs need 1 Variable \\(a\\_b\\) | <code>dag\\-converter inputs dags\\/ \\-\\-template inputs\\/</code> |"
        in lines
    )
    assert "| <code>dags\\/etl\\.py\\:2\\:18</code> | DC391 | retries is 7\\, more than 3<br>Lower it\\. |" in lines
    assert "| errors | 1 |" in lines
    assert "| notes not shown | 1 |" in lines
    assert "DC393" not in text


def test_nothing_in_markdown_is_a_link_a_mention_or_a_tag():
    evil = ERROR.at(Location("a.py", 1), text="<img src=x> [x](http://y) @owner `c` | d", advice="")
    text = document("markdown", Report((FileReport("a.py", FileStatus.FAILED, (), (evil,)),)))
    row = next(line for line in text.splitlines() if "DC391" in line)
    assert r"\<img src\=x\> \[x\]\(http\:\/\/y\) \@owner \`c\` \| d" in row


def test_json_says_what_to_do(report):
    written = json.loads(document("json", report, rows=(("2 DAGs need x", "--accept x"),)))
    jsonschema.validate(written, SCHEMA)
    assert written["summary"]["to_do"] == [{"what": "2 DAGs need x", "step": "--accept x"}]
