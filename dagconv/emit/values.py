"""IR values to the plain data that YAML carries."""

from __future__ import annotations

import datetime
from typing import Any, Union

from dagconv.ir.value import (
    DatetimeValue,
    EntryValue,
    FloatValue,
    ListValue,
    MapValue,
    OutputValue,
    TimedeltaValue,
    Value,
)

# What the writer accepts: scalars, lists and string-keyed dicts of the same.
Plain = Union[None, bool, int, float, str, "list[Plain]", "dict[str, Plain]"]  # a key in data may be a whole number

_UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60))


class UnwritableError(Exception):
    """A value has no form in a definition. `path` leads to it inside the argument."""

    def __init__(self, path: tuple[str, ...], value: Value) -> None:
        super().__init__(type(value).__name__)
        self.path = path
        self.value = value


def emit_value(value: Value, path: tuple[str, ...] = ()) -> Plain:
    """Raises UnwritableError."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case FloatValue(text):
            return float(text)
        case ListValue(items):
            return [emit_value(item, (*path, str(index))) for index, item in enumerate(items)]
        case MapValue(entries):
            return {_emit_key(key, path): emit_value(item, (*path, str(key))) for key, item in entries}
        case TimedeltaValue():
            return emit_timedelta(value)
        case DatetimeValue():
            return _emit_datetime(value, path)
        case EntryValue(address):
            return address
        case OutputValue(address, task_id, key, optional):
            return {"__type__": address, "task_id": task_id, "key": key, "optional": optional}
        case _:
            raise UnwritableError(path, value)


def _emit_key(key: Value, path: tuple[str, ...]) -> Any:
    if not isinstance(key, str) and type(key) is not int:
        raise UnwritableError((*path, "<key>"), key)
    return key


def emit_timedelta(value: TimedeltaValue) -> dict[str, Plain]:
    """The object form, in the largest unit that says the length exactly (contract 1.8)."""
    seconds = value.days * 86_400 + value.seconds
    body: dict[str, Plain] = {"__type__": "datetime.timedelta"}
    unit, size = next(((u, s) for u, s in _UNITS if seconds and seconds % s == 0), ("seconds", 1))
    body[unit] = seconds // size
    if value.microseconds:
        body["microseconds"] = value.microseconds
    return body


def _emit_datetime(value: DatetimeValue, path: tuple[str, ...]) -> dict[str, Plain]:
    moment = datetime.datetime.fromisoformat(value.text)
    if moment.tzinfo is not None or value.fold:
        raise UnwritableError(path, value)
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    parts = {name: getattr(moment, name) for name in names}
    kept = {name: number for name, number in parts.items() if number or name in names[:3]}
    return {"__type__": "datetime.datetime", **kept}
