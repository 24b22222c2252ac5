"""Entries of a code package: whether one is its function under another name."""

from __future__ import annotations

import pytest

from dagconv.ir.code import Entry
from dagconv.ir.value import CallableValue

LOAD = CallableValue("etl", "load")


def test_an_entry_that_adds_nothing_is_an_alias():
    assert Entry("load", LOAD).is_alias
    assert Entry("load__2", LOAD).is_alias


@pytest.mark.parametrize(
    "more",
    [
        {"args": (None,)},
        {"keywords": (("a", None),)},
        {"passed": ("ds",)},
        {"rest": True},
        {"spreads": True},
        {"quiet": True},
    ],
)
def test_one_that_gives_takes_or_pushes_anything_is_none(more):
    assert not Entry("load", LOAD, **more).is_alias
