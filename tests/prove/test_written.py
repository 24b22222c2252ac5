"""What the text itself says, where the engine passes over it without a word."""

from __future__ import annotations

import pytest

from dagconv.ir.task import Argument, Operator, Task
from dagconv.ir.workflow import Workflow
from dagconv.prove.written import stray_keys

LOWERED = Workflow("dag", tasks=(Task("t", Operator("dag.Mine", "a.B"), (Argument("x", 1),)),))
GOOD = "dag:\n  schedule: null\n  tasks:\n    t:\n      operator: a.B\n      x: 1\n      dependencies: []\n"


def strays(text):
    return {(task, key) for task, key, _ in stray_keys(text, LOWERED)}


def test_what_was_to_be_written_is_no_stray():
    assert strays(GOOD) == set()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("  schedule", "  tags: [a]\n  schedule", {(None, "tags")}),
        ("  schedule", "  unheard_of: 1\n  schedule", {(None, "unheard_of")}),
        ("dag:", "default: {}\ndag:", {(None, "default")}),
        ("dag:", "dog:", {(None, "dog")}),
        ("      x: 1\n", "      x: 1\n      y: 1\n", {("t", "y")}),
        ("      x: 1\n", "      x: 1\n      x: 1\n", {(None, "x")}),
        ("operator: a.B", "operator: a.alias.B", {("t", "operator")}),
        ("operator: a.B", "operator: [a.B]", {("t", "operator")}),
        ("    t:\n", "    u:\n", {("u", "task")}),
        ("    t:\n", "    - t:\n", {(None, "tasks")}),
        ("      x: 1\n", "      <<: {y: 1}\n", {("t", "<<")}),
        ("schedule: null", "schedule: &a null\n  ? [complex, key]\n  : 1", None),
    ],
)
def test_stray_is_found(old, new, found):
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    assert strays(text) == found if found is not None else strays(text)


@pytest.mark.parametrize("text", ["", "- a\n", "a", "{", "a: b\n", "--- {}\n--- {}\n", "dag: []\n", "dag: null\n"])
def test_text_that_is_no_definition_is_a_stray(text):
    assert strays(text)


def test_mapping_that_contains_itself_ends():
    assert strays("dag: &a\n  tasks: *a\n") == {("tasks", "task")} | strays("dag: {tasks: {tasks: 1}}\n")
