"""The witness's eyes: objects that differ in anything are told apart, without a call to a method of theirs."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def pairs(load):
    """By kind and name, what the witness shows of the two objects."""
    found = {}
    for task_id, seen in load("objects").witness.tasks.items():
        kind, name, _ = task_id.split(".")
        found.setdefault((kind, name), []).append(seen.attributes["data"])
    return found


def test_different_objects_are_told_apart(pairs):
    different = {name: texts for (kind, name), texts in pairs.items() if kind == "different"}
    assert len(different) > 35
    assert [name for name, (one, two) in different.items() if one == two] == []


def test_objects_of_the_same_content_are_taken_for_one(pairs):
    same = {name: texts for (kind, name), texts in pairs.items() if kind == "same"}
    assert len(same) > 5
    assert [name for name, (one, two) in same.items() if one != two] == []
