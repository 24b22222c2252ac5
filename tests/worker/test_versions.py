"""Changes of namespaces are seen by their numbers, and reading one changes nothing."""

from __future__ import annotations

import types
from typing import Any

import pytest

from dagconv.worker import versions
from dagconv.worker.versions import Versions, namespace_of


def test_this_interpreter_counts():
    assert versions.COUNTS


class Sample:
    name = 1


def changes():
    module: Any = types.ModuleType("sample")
    module.name = 1
    cls: Any = type("Copy", (), {"name": 1})
    yield module, lambda: setattr(module, "name", 2), True
    yield module, lambda: setattr(module, "other", 2), True
    yield module, lambda: delattr(module, "name"), True
    yield module, lambda: module.__dict__.update(name=3), True
    yield module, lambda: (module.name, vars(module).copy(), dir(module)), False
    yield cls, lambda: setattr(cls, "name", 2), True
    yield cls, lambda: setattr(cls, "method", lambda self: None), True
    yield cls, lambda: delattr(cls, "name"), True
    yield cls, lambda: (cls().name, cls.name, dir(cls), type("Below", (cls,), {})), False


@pytest.mark.parametrize("number", range(9))
def test_changes_are_told_from_reading(number):
    owner, change, told = list(changes())[number]
    held = Versions()
    held.add(namespace_of(Sample))
    held.add(namespace_of(owner))
    assert list(held.changed()) == []
    change()
    assert list(held.changed()) == ([1] if told else [])


def test_where_nobody_counts_everything_may_have_changed(monkeypatch):
    held = Versions()
    held.add({})
    monkeypatch.setattr(versions, "COUNTS", False)
    assert list(held.changed()) == [0]
