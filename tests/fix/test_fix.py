"""Fixes change only what they name, keep comments and order, and leave the workflow as the service sees it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from cases import cases_with, command, read_file
from outcomes import NOW, fixed

from dagconv.catalog.service import KeyStatus, service
from dagconv.check.definition import check_definition
from dagconv.check.rules import CHECK_RULES
from dagconv.diagnostics import Diagnostic, Severity
from dagconv.fix.apply import SAFE, UNSAFE, fix_text
from dagconv.fix.source import Edit, apply_edits

CASES = [case.removeprefix("fix/") for case in cases_with("before.yaml")]


def judge(text: str) -> list[Diagnostic]:
    return check_definition(text, "f.yaml", now=NOW)


def read(case: str, name: str) -> str:
    return read_file(f"fix/{case}", name)


def errors(text: str) -> list[str]:
    return [one.message for one in judge(text) if one.severity is Severity.ERROR]


def service_view(text: str) -> Any:
    """The definition without what the service ignores: two equal views are one workflow to it."""
    facts = service()
    ((dag_id, dag),) = yaml.load(text, yaml.FullLoader).items()
    ignored = {name for name, key in facts.dag_keys.items() if key.status is KeyStatus.IGNORED}
    view = {name: value for name, value in dag.items() if name not in ignored}
    view["tasks"] = {
        task_id: {name: value for name, value in task.items() if name not in facts.ignored_task_keys}
        for task_id, task in dag["tasks"].items()
    }
    return dag_id, view


@pytest.mark.parametrize("case", CASES)
def test_fixes_write_what_is_expected(case: str) -> None:
    for name, text in fixed(f"fix/{case}").items():
        assert text == read(case, name), command(f"fix/{case}")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("unsafe", [False, True])
def test_a_second_call_finds_nothing_to_do(case: str, unsafe: bool) -> None:
    once = fix_text(read(case, "before.yaml"), judge, unsafe=unsafe)
    twice = fix_text(once.text, judge, unsafe=unsafe)
    assert (twice.text, twice.codes) == (once.text, {})


@pytest.mark.parametrize("case", CASES)
def test_safe_fixes_keep_the_workflow_that_the_service_sees(case: str) -> None:
    before, after = read(case, "before.yaml"), read(case, "after.yaml")
    if errors(before):  # refused before, so there was no workflow; the rest of it is what counts
        assert len(errors(after)) < len(errors(before)) or case == "limits"
    else:
        assert service_view(before) == service_view(after)


def test_cases_cover_both_kinds() -> None:
    assert [case for case in CASES if not errors(read(case, "before.yaml"))]
    assert [case for case in CASES if errors(read(case, "before.yaml")) and not errors(read(case, "after.yaml"))]


@pytest.mark.parametrize("case", CASES)
def test_comments_on_what_stays_are_kept(case: str) -> None:
    removed = {"# of the team"}  # stands on a line that is taken out
    comments = {line[line.index("#") :].strip() for line in read(case, "before.yaml").splitlines() if "# " in line}
    for name in ("after.yaml", "after.unsafe.yaml"):
        assert [comment for comment in comments - removed if comment not in read(case, name)] == []


def test_line_endings_are_kept() -> None:
    assert "\n" not in read("crlf", "after.yaml").replace("\r\n", "")


def test_every_fix_answers_a_rule() -> None:
    assert {*SAFE, *UNSAFE} - {rule.slug for rule in CHECK_RULES} == set()


@pytest.mark.parametrize("text", ["a: [", "", "- a", "a: &x 1\nb: *x", "a: {b: *y}"])
def test_what_cannot_be_read_stays_as_it_is(text: str) -> None:
    assert fix_text(text, judge, unsafe=True).text == text


def test_a_fix_that_would_break_the_text_is_left_out() -> None:
    text = (
        "my_dag:\n  tags: &t [a]\n  params: {x: *t}\n"
        "  tasks:\n    one: {operator: airflow.operators.empty.EmptyOperator}\n"
    )
    assert fix_text(text, judge).text == text


def test_overlapping_edits_are_made_once() -> None:
    assert apply_edits("abcdef", [Edit(0, 3, "x"), Edit(2, 4, "y"), Edit(4, 5, "z")]) == "xdzf"
