"""Order, circles and ancestors of a graph of task ids."""

from __future__ import annotations

import itertools

import pytest

from dagconv.ir.graph import ancestors, find_cycle, topological_order

DIAMOND = {"end": ("left", "right"), "right": ("start",), "left": ("start",), "start": ()}


def test_each_comes_after_what_it_waits_for_and_otherwise_as_written():
    assert topological_order(DIAMOND) == ["start", "right", "left", "end"]
    assert topological_order({"b": ("gone",), "a": ()}) == ["b", "a"]


@pytest.mark.parametrize("upstream", [{"a": ("a",)}, {"a": ("b",), "b": ("c",), "c": ("a",)}])
def test_a_circle_has_no_order_and_is_named_downstream(upstream):
    assert topological_order(upstream) is None
    cycle = find_cycle(upstream)
    assert cycle[0] == cycle[-1]
    assert all(before in upstream[after] for before, after in itertools.pairwise(cycle))


def test_a_diamond_is_no_circle():
    assert find_cycle(DIAMOND) is None


def test_ancestors_are_those_of_ancestors_too():
    assert ancestors(DIAMOND, "end") == {"left", "right", "start"}
    assert ancestors(DIAMOND, "start") == set()
    assert ancestors({"a": ("b",), "b": ("a",)}, "a") == {"a", "b"}
