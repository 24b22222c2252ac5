"""Comments in Python source take findings of their line away, and say so when they take none."""

from __future__ import annotations

import pytest

from dagconv.diagnostics import Diagnostic, Effect, Location, Rule, Severity
from dagconv.diagnostics.report import Report
from dagconv.discover.source import SourceFile
from dagconv.load.identity import Seen
from dagconv.verdict import DagOutcome, FileOutcome, conclude

WARNED = Rule("DC291", "sample", Severity.WARNING, Effect.CHANGED, "s", "sample", "", "w", "e", "f", "x")


@pytest.fixture
def report(tmp_path, monkeypatch):
    """The findings of a call in which each line with `warn` or `fail` has one, as code and line."""
    monkeypatch.chdir(tmp_path)

    def report_of(text: str, *, failed: bool = False) -> list[tuple[str, int, int | None]]:
        (tmp_path / "a.py").write_text(text)
        path = str(tmp_path / "a.py")
        words = {"warn": Severity.WARNING, "fail": Severity.ERROR}
        found = [
            WARNED.at(Location(path, number, 1), severity=words[line[:4]])
            for number, line in enumerate(text.splitlines(), 1)
            if line[:4] in words
        ]
        dag = DagOutcome(Seen(path, "one", Location(path, 1), path), found)
        outcome = FileOutcome(SourceFile("a.py", "."), dags=[dag], failed=failed)
        said: Report = conclude([outcome], 0.0)[0]
        return [named(one) for one in said.files[0].diagnostics]

    return report_of


def named(found: Diagnostic) -> tuple[str, int | None, int | None]:
    assert found.location is not None
    assert found.location.file == "a.py"
    return found.code, found.location.line, found.location.column


def test_a_comment_ignores_findings_of_its_line_or_of_the_next(report):
    assert report("warn = 1  # dagconv: ignore[DC291]\n# dagconv: ignore[sample]\nwarn = 2\nwarn = 3\n") == [
        ("DC291", 4, 1)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1\ny = 2  # dagconv: ignore[DC291]\n", [("DC690", 2, 8)]),
        ("fail = 1  # dagconv: ignore[DC291]\n", [("DC291", 1, 1), ("DC691", 1, 11)]),
        ("warn = 1  # dagconv: ignore\n", [("DC291", 1, 1), ("DC692", 1, 11)]),
        ("warn = 1  # dagconv: ignore[DC291, DC300]\n", [("DC690", 1, 11)]),
    ],
)
def test_a_comment_without_use_is_said(report, text, found):
    assert report(text) == found


def test_a_comment_in_a_text_is_none(report):
    assert report("'''\n# dagconv: ignore[DC291]\n'''\nwarn = 1\n") == [("DC291", 4, 1)]


def test_no_comment_is_judged_in_a_file_that_was_not_loaded(report):
    assert report("x = 1  # dagconv: ignore[DC291]\n", failed=True) == []
