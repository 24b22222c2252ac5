"""Copies of arguments as they were given, and the refusal of those without end."""

from __future__ import annotations

import pytest

from dagconv.worker.record import MAX_DEPTH, MAX_ITEMS, UnboundedValueError, snapshot


class Watched:
    """Fails a test that asks it for anything."""

    def __init__(self, number):
        self.number = number

    def __hash__(self):
        assert not hasattr(type(self), "armed"), "asked for its hash"
        return self.number

    def __eq__(self, other):
        raise AssertionError("asked whether it is equal")


def test_containers_are_copied_and_the_rest_is_kept():
    inner, thing = ["a"], object()
    given = {"list": inner, "tuple": (inner,), "thing": thing}
    taken = snapshot(given)
    inner.append("b")
    given["new"] = 1
    assert taken == {"list": ["a"], "tuple": (["a"],), "thing": thing}
    assert taken["thing"] is thing


def test_subclasses_of_containers_are_left_alone():
    class Own(dict):
        pass

    value = Own(a=1)
    assert snapshot(value) is value


def test_keys_and_members_are_not_asked(monkeypatch):
    keys = {Watched(1): "a", Watched(2): "b"}
    members = {Watched(3), Watched(4)}
    monkeypatch.setattr(Watched, "armed", True, raising=False)
    assert [key.number for key in snapshot(keys)] == [1, 2]
    assert {member.number for member in snapshot(members)} == {3, 4}


def test_what_is_shared_is_no_circle():
    shared = ["a"]
    assert snapshot([shared, shared]) == [["a"], ["a"]]


def nested(depth):
    value = "leaf"
    for _ in range(depth):
        value = [value]
    return value


def doubled(times):
    value = ["leaf"]
    for _ in range(times):
        value = [value, value]
    return value


def circle():
    value = {}
    value["self"] = (value,)
    return value


def test_the_limits_are_those_that_are_named():
    assert snapshot(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    assert len(snapshot(list(range(MAX_ITEMS)))) == MAX_ITEMS


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (nested(MAX_DEPTH + 1), "nested deeper"),
        (list(range(MAX_ITEMS + 1)), "more than"),
        (doubled(30), "more than"),
        (circle(), "contains itself"),
    ],
)
def test_values_without_end_are_refused(value, reason):
    with pytest.raises(UnboundedValueError, match=reason):
        snapshot(value)
