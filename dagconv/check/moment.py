"""Reads a `datetime.datetime` object of a definition as the loader builds it."""

from __future__ import annotations

import datetime

from dagconv.check.node import Mapping, Node, Scalar, Sequence, text_of

UNITS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def read_moment(node: Node) -> datetime.datetime | None:
    """The moment in UTC, since the loader drops what zone it has; None for what is no datetime or does not build."""
    if not isinstance(node, Mapping) or text_of(node.get("__type__")) != "datetime.datetime":
        return None
    given = node.get("__args__")
    positional = given.items if isinstance(given, Sequence) else ()
    named = [(entry.key.text, entry.value) for entry in node.entries if entry.key.text in UNITS]
    units = [*zip(UNITS, positional, strict=False), *named]
    numbers = {unit: value.value for unit, value in units if isinstance(value, Scalar) and isinstance(value.value, int)}
    if len(numbers) != len(positional) + len(named):
        return None
    try:
        return datetime.datetime(**numbers, tzinfo=datetime.timezone.utc)
    except (TypeError, ValueError, OverflowError):
        return None
