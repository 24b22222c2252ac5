"""Names of classes and modules as every process gives them, whatever the path of the DAG file."""

from __future__ import annotations

import collections
import gc
import re
import types
from typing import Any

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


# Of Python's library: none has code of the user's.
_MAPPINGS = (collections.defaultdict, collections.Counter)
_VIEWS = tuple(
    type(view)
    for held in (dict[str, str](), collections.OrderedDict[str, str]())
    for view in (held.keys(), held.values(), held.items())
)
_SEQUENCES = (range, collections.deque, *_VIEWS)
_OF_NAMED_TUPLES = frozenset(vars(collections.namedtuple("_", ()))) | {"__annotations__", "__orig_bases__"}


def plain_container(value: Any) -> list[Any] | tuple[Any, ...] | dict[Any, Any] | None:
    """The items of a container of another class of Python's library in a plain one; None for any other object."""
    kind = type(value)
    if kind in _MAPPINGS:
        return None if getattr(value, "__dict__", None) else dict(value)
    if kind in _SEQUENCES:
        return list(value)
    if kind is types.MappingProxyType:
        (behind,) = gc.get_referents(value)  # whose methods it has, which may be the user's
        return dict(behind) if type(behind) is dict else None
    fields = vars(kind).get("_fields", ()) if kind.__bases__ == (tuple,) else ()
    named = type(fields) is tuple and fields and not vars(kind).keys() - _OF_NAMED_TUPLES - {*fields}
    return tuple(value) if named else None
