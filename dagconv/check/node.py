"""The tree of a YAML document with the exact place of every node; what the check rules read."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard, Union

from dagconv.diagnostics import Location

# What a scalar can be after YAML 1.1 resolution.
Plain = Union[None, bool, int, float, str, datetime.date, datetime.datetime]  # noqa: UP007


@dataclass(frozen=True, slots=True)
class Span:
    """Lines and columns count from 1, columns in code points; `start` and `end` are offsets into the text."""

    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int

    def location(self, file: str) -> Location:
        return Location(file, self.line, self.column, self.end_line, self.end_column)


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """`value` is what dag-factory's loader reads, `text` the words themselves, `plain` whether unquoted."""

    span: Span
    value: Plain
    text: str
    plain: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    span: Span
    items: tuple[Node, ...]
    flow: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One key and its value; `merged` when it came in by `<<`."""

    key: Scalar
    value: Node
    merged: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """Entries in the order of the file; keys are unique."""

    span: Span
    entries: tuple[Entry, ...]
    flow: bool = False

    def entry(self, key: str) -> Entry | None:
        for entry in self.entries:
            if entry.key.value == key:
                return entry
        return None

    def get(self, key: str) -> Node | None:
        entry = self.entry(key)
        return entry.value if entry else None


Node = Union[Scalar, Sequence, Mapping]  # noqa: UP007


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in the order of the file."""
    stack: list[Node] = [node]
    while stack:
        current = stack.pop()
        yield current
        if isinstance(current, Sequence):
            stack.extend(reversed(current.items))
        elif isinstance(current, Mapping):
            for entry in reversed(current.entries):
                stack.append(entry.value)


def text_of(node: Node | None) -> str | None:
    """The text of a scalar that is a string, else None."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def is_null(node: Node | None) -> TypeGuard[Scalar]:
    return isinstance(node, Scalar) and node.value is None


def kind_of(node: Node) -> str:
    """The type of a node's value in JSON Schema's words, plus "timedelta" and "datetime" for typed values."""
    if isinstance(node, Sequence):
        return "array"
    if isinstance(node, Mapping):
        return {"datetime.timedelta": "timedelta", "datetime.datetime": "datetime"}.get(
            text_of(node.get("__type__")) or "", "object"
        )
    value = node.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "datetime"


def number_of(node: Node | None) -> float | None:
    """A finite number, or None for anything else; booleans are no numbers here."""
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:
        return None  # a whole number beyond every float


_KIND_WORDS = {
    "array": "a list",
    "object": "a mapping",
    "null": "null",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "timedelta": "a datetime.timedelta object",
    "datetime": "a date",
    "callable": "a function",
}


def kind_words(kind: str) -> str:
    """A kind as a message says it."""
    return _KIND_WORDS.get(kind, kind)


def shown(node: Node) -> str:
    """A node's value as a message shows it: scalars as they are read, containers by their kind."""
    if isinstance(node, Scalar):
        return f"'{node.value}'" if isinstance(node.value, str) else node.text or "null"
    return kind_words(kind_of(node))
