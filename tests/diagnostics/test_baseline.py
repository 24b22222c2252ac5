"""A baseline takes known warnings away, as many as it holds and nothing else, wherever their lines went."""

from __future__ import annotations

import json

import pytest

from dagconv.diagnostics import Location, Severity
from dagconv.diagnostics.baseline import apply_baseline, baseline_text, read_baseline
from dagconv.diagnostics.report import FileReport, FileStatus, Report

from .conftest import ERROR, INFO, WARNING


def found(rule, line, task="t", file="a.py"):
    return rule.at(Location(file, line), dag_id="d", task_id=task, text=f"line {line}", advice="")


def report(*diagnostics, call=()):
    return Report((FileReport("a.py", FileStatus.CONVERTED, (), diagnostics),), call)


KNOWN = report(found(WARNING, 1), found(WARNING, 2), found(WARNING, 3, "u"), call=(found(WARNING, 1, file="b.cfg"),))


def applied(told, known=KNOWN):
    return apply_baseline(told, read_baseline(baseline_text(known)))


def test_what_was_there_before_goes_though_its_lines_moved():
    moved = report(found(WARNING, 11), found(WARNING, 12), found(WARNING, 13, "u"), call=KNOWN.diagnostics)
    result = applied(moved)
    assert list(result.report.all_diagnostics()) == []
    assert (result.hidden, result.gone) == (4, ())


def test_one_more_than_before_is_shown():
    result = applied(report(*(found(WARNING, line) for line in (1, 2, 3))))
    assert [one.message for one in result.report.all_diagnostics()] == ["line 3"]
    assert result.gone == (("DC392", 2),)


@pytest.mark.parametrize("rule", [ERROR, INFO])
def test_errors_and_infos_are_never_written_down_or_taken_away(rule):
    assert json.loads(baseline_text(report(found(rule, 1))))["warnings"] == []
    told = report(found(WARNING, 1), found(rule, 2))
    # A file that a person wrote to hide an error hides nothing.
    known = read_baseline(baseline_text(report(found(WARNING, 1))).replace(WARNING.code, rule.code))
    assert [one.severity for one in apply_baseline(told, known).report.all_diagnostics()] == [
        Severity.WARNING,
        rule.severity,
    ]


def test_the_text_is_the_same_in_any_order():
    backwards = report(*reversed(KNOWN.files[0].diagnostics), call=KNOWN.diagnostics)
    assert baseline_text(backwards) == baseline_text(KNOWN)
    assert read_baseline(baseline_text(report())) == {}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 2, "warnings": []}', '{"version": 1, "warnings": [3]}']
    + [
        f'{{"version": 1, "warnings": [{{"file": "a", "code": "DC1", "count": {count}}}]}}'
        for count in ("0", '"1"', "true")
    ]
    + ['{"version": 1, "warnings": [{"file": 3, "code": "DC1", "count": 1}]}'],
)
def test_another_text_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        read_baseline(text)
