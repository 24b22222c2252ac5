"""What can be wrong with a text before it is a definition; found while reading, said by the rules of `text`."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from dagconv.check.node import Span


class ProblemKind(enum.Enum):
    NOT_UTF8 = enum.auto()
    CONTROL_CHARACTER = enum.auto()
    UNPARSED = enum.auto()  # so large that it was not even parsed
    SYNTAX = enum.auto()
    TAB = enum.auto()
    SEVERAL_DOCUMENTS = enum.auto()
    EMPTY = enum.auto()
    DUPLICATE_KEY = enum.auto()
    TAG = enum.auto()
    ALIASES = enum.auto()
    DEPTH = enum.auto()
    UNREADABLE_VALUE = enum.auto()
    COMPLEX_KEY = enum.auto()
    MERGE = enum.auto()


@dataclass(frozen=True, slots=True)
class Problem:
    """`detail` is the value found or what the parser said; `related` the other place, such as the first key."""

    kind: ProblemKind
    span: Span
    detail: str = ""
    related: Span | None = None
