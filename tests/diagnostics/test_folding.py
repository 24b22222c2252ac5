"""What is found many times is read once, with its count, and no loss is ever left out."""

from __future__ import annotations

import pytest

from dagconv.diagnostics import Effect, Location, Severity
from dagconv.diagnostics.folding import fold, group_name
from dagconv.diagnostics.report import FileReport, FileStatus, Report

from .conftest import make_rule

ERROR = make_rule("DC391", "sample-error")
LOST = make_rule("DC392", "sample-loss", Severity.WARNING, Effect.DROPPED)
QUIET_LOSS = make_rule("DC394", "sample-quiet-loss", Severity.INFO, Effect.DROPPED)
NOTE = make_rule("DC393", "sample-note", Severity.INFO, Effect.NOTED)
WARNING = make_rule("DC395", "sample-warning", Severity.WARNING, Effect.NOTED)


def at(rule, line=3, task=None, file="a.py", key=None, text="x"):
    return rule.at(Location(file, line, 1), dag_id="d", task_id=task, key=key, text=text, advice="")


def report(**files):
    return Report(
        tuple(FileReport(f"{name}.py", FileStatus.REFUSED, (), tuple(found)) for name, found in files.items())
    )


def shown(told, *, notes=False):
    folds, _ = fold(told, notes=notes)
    return [(one.found.code, one.found.message + one.more) for one in folds]


@pytest.mark.parametrize("rule", [ERROR, WARNING])
def test_one_line_of_source_is_one_finding_however_many_tasks_it_makes(rule):
    found = [at(rule, task=f"t{number}", text=f"task t{number}") for number in range(7)]
    assert shown(report(a=found)) == [(rule.code, "task t0 (and 6 more tasks)")]


def test_what_is_said_twice_of_one_task_at_one_place_is_said_twice():
    found = [at(ERROR, task=task, text=f"{name} of {task}") for task in ("t", "u") for name in ("first", "second")]
    assert shown(report(a=found)) == [
        ("DC391", "first of t (and 1 more task)"),
        ("DC391", "second of t (and 1 more task)"),
    ]


def test_other_lines_and_keys_stand_alone():
    found = [at(ERROR), at(ERROR, line=4), at(ERROR, key="retries")]
    assert len(shown(report(a=found))) == 3


@pytest.mark.parametrize("rule", [LOST, QUIET_LOSS])
def test_losses_are_one_line_per_rule_and_file_and_always_shown(rule):
    found = [at(rule, line=line, key=f"k{line}", text=f"loss {line}") for line in (1, 2, 3)]
    assert shown(report(a=found, b=[at(rule, file="b.py")])) == [
        (rule.code, "loss 1 (and at 2 more places)"),
        (rule.code, "x"),
    ]


def test_notes_are_counted_and_shown_when_asked_for():
    told = report(a=[at(NOTE), at(NOTE, line=4), at(ERROR)])
    assert fold(told, notes=False)[1] == 2
    assert [code for code, _ in shown(told)] == ["DC391"]
    assert fold(told, notes=True)[1] == 0
    assert [code for code, _ in shown(told, notes=True)] == ["DC391", "DC393", "DC393"]


def test_a_module_that_fails_is_one_finding_of_all_who_import_it():
    failing = at(ERROR, file="utils/config.py", line=8, text="no such Variable")
    assert shown(report(a=[failing], b=[failing], c=[failing])) == [("DC391", "no such Variable (imported by 3 files)")]


def test_errors_come_first_then_warnings():
    told = report(a=[at(LOST, line=1)], b=[at(WARNING, file="b.py")], c=[at(ERROR, file="c.py")])
    assert [code for code, _ in shown(told)] == ["DC391", "DC392", "DC395"]


def test_nothing_is_lost_in_folding():
    found = [at(rule, line, task) for rule in (ERROR, LOST, NOTE) for line in (1, 2) for task in ("t", "u", None)]
    folds, hidden = fold(report(a=found), notes=True)
    assert hidden == 0
    assert sum(1 + len(one.others) for one in folds) == len(found)


def test_documents_name_the_group():
    one, other = at(ERROR, task="t"), at(ERROR, task="u")
    assert group_name("a.py", one) == group_name("a.py", other) != group_name("a.py", at(ERROR, line=4))
