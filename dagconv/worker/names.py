"""Names of classes and modules as every process gives them, whatever the path of the DAG file."""

from __future__ import annotations

import collections
import re

_DAG_MODULE = re.compile(r"^unusual_prefix_[0-9a-f]{40}_")


def module_name(name: object) -> str:
    """A module's name without the path-dependent prefix that DagBag gives to a DAG file's module."""
    return _DAG_MODULE.sub("", name) if isinstance(name, str) else ""


def class_path(cls: type) -> str:
    return f"{module_name(cls.__module__)}.{cls.__qualname__}"


_PLAIN = (str, list, dict)
_NO_BEHAVIOUR = frozenset({"__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__firstlineno__"})
_NO_BEHAVIOUR |= {"__static_attributes__", "__annotations__", "__slots__"}


def plain_kind(value: object) -> type:
    """The plain class that a value is one of: an OrderedDict is a mapping, and so is an object of a class that adds
    nothing to str, list or dict. One that holds attributes of its own, which Airflow may call, is of its own class."""
    kind = type(value)
    try:
        if object.__getattribute__(value, "__dict__"):
            return kind
    except AttributeError:
        pass
    if kind is collections.OrderedDict:
        return dict
    for base in _PLAIN:
        if issubclass(kind, base) and kind.__bases__ == (base,) and not vars(kind).keys() - _NO_BEHAVIOUR:
            return base
    return kind
