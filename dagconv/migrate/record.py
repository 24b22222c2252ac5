"""Frozen dataclasses to JSON and back: how plans and inventories are written without a line per field."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from dagconv.errors import UsageError

T = TypeVar("T")


def encode(value: Any) -> Any:
    """Dataclasses as objects, tuples as lists; everything else must be JSON already."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    return value


def decode(kind: type[T], data: Any) -> T:
    """The dataclass of `data`. Raises UsageError when a field is missing, unknown or of another type."""
    if not isinstance(data, dict):
        raise UsageError(f"{kind.__name__}: an object is needed")
    hints = typing.get_type_hints(kind)
    names = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]  # kind is a dataclass
    if unknown := sorted(data.keys() - names):
        raise UsageError(f"{kind.__name__}: unknown field {unknown[0]}")
    try:
        return kind(**{name: _value(hints[name], data[name], name) for name in data})
    except TypeError as error:
        raise UsageError(f"{kind.__name__}: {error}") from error


def _value(hint: Any, data: Any, name: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if data is None:
            return None
        return _value(next(a for a in arguments if a is not type(None)), data, name)
    if origin is tuple:
        if not isinstance(data, list):
            raise UsageError(f"{name}: a list is needed")
        return tuple(_value(arguments[0], item, name) for item in data)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return decode(hint, data)
    if hint in (str, int, bool) and (type(data) is not hint):
        raise UsageError(f"{name}: {hint.__name__} is needed")
    return data
