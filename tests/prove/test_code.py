"""The proof of code: facts of both sides, place by place, and what imports do to the process."""

from __future__ import annotations

import pytest

from dagconv.ir import code as ir
from dagconv.ir.change import Change
from dagconv.ir.task import MISSING, Operator, Task
from dagconv.ir.workflow import Workflow
from dagconv.prove.code import prove_code
from dagconv.prove.read_entries import read_entries

FACTS = {"it": "a", "it/CONFIG": "b", "it/NOW": ir.UNSETTLED, "it/NOW.year": "c"}
WORKFLOW = Workflow("etl", tasks=(Task("load", Operator("a", "a")),))


def differences(package, source=FACTS, process=(({}, {})), changes=(), task="load"):
    before = ir.Testified((), {"load": source}, {}, process[0])
    after = ir.Testified((), {task: package}, {}, process[1])
    return [(found.code, found.message) for found in prove_code(WORKFLOW, before, after, changes)]


def test_equal_facts_are_equal_code():
    assert differences({**FACTS, "it/NOW": "other", "it/NOW.year": "c"}) == []


@pytest.mark.parametrize(
    "package",
    [
        {**FACTS, "it": "other"},
        {**FACTS, "it/CONFIG": "other"},
        {**FACTS, "it/MORE": "d"},
        {**FACTS, ir.TOO_MUCH: ""},
        {place: fact for place, fact in FACTS.items() if place != "it/CONFIG"},
        {},
    ],
)
def test_any_other_fact_is_found(package):
    assert [code for code, _ in differences(package)] == ["DC708"]


def test_more_than_is_compared_is_never_equal():
    facts = {**FACTS, ir.TOO_MUCH: ""}
    assert [code for code, _ in differences(facts, source=facts)] == ["DC708"]


def test_what_each_import_computes_anew_has_to_be_there_only():
    assert differences({**FACTS, "it/NOW": "anything", "it/NOW.year": "anything", "it/NOW.day": "new"})[0][0] == "DC708"
    assert differences({**FACTS, "it/NOW": "anything", "it/NOW.day": "new"}) == []


def test_an_instance_of_a_mapped_task_has_the_code_of_that_task():
    made = Change("DC348", "load__0", "task_id", MISSING, "load")
    assert differences(FACTS, changes=[made], task="load__0") == []
    assert differences(FACTS, task="load__0") != []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"os.environ['A']": "1"}, {"os.environ['A']": "1"}, 0),
        ({"os.environ['A']": "1"}, {"os.environ['A']": "2"}, 1),
        ({"os.environ['A']": "1"}, {}, 1),
        ({}, {"os.environ['A']": "1"}, 1),
        ({"os.environ['A']": ir.UNSETTLED}, {"os.environ['A']": "2"}, 0),
    ],
)
def test_what_the_imports_do_to_the_process_is_compared(before, after, found):
    assert [code for code, _ in differences(FACTS, process=(before, after))] == ["DC709"] * found


def test_entries_are_read_by_name():
    text = (
        "from etl import load as _call_load\n\n\nload = _call_load\n\n\ndef other():\n    return _call_load.inner(1)\n"
    )
    read = dict(read_entries(text))
    assert read["load"].target == ("etl", "load")
    assert (read["other"].target, read["other"].args) == (("etl", "load.inner"), (("int", "1"),))
