"""Reads a `datetime.timedelta` object of a definition without building it."""

from __future__ import annotations

import datetime

from dagconv.check.node import Mapping, Node, Scalar, Sequence, text_of
from dagconv.language.duration import KEYWORDS


class TimespanError(ValueError):
    """The object does not build; the text says why. `node` is the part at fault."""

    def __init__(self, text: str, node: Node) -> None:
        super().__init__(text)
        self.node = node


def is_timedelta(node: Node) -> bool:
    return isinstance(node, Mapping) and text_of(node.get("__type__")) == "datetime.timedelta"


def read_timedelta(node: Mapping) -> datetime.timedelta:
    """The value of a timedelta object. Raises TimespanError where the engine's call would raise."""
    units: dict[str, float] = {}
    for entry in node.entries:
        name = entry.key.text
        if name == "__type__":
            continue
        if name == "__args__":
            units.update(zip(KEYWORDS, _positional(entry.value), strict=False))
        elif name not in KEYWORDS:
            raise TimespanError(f"datetime.timedelta takes no '{name}'", entry.key)
        else:
            units[name] = _number(entry.value, name)
    try:
        return datetime.timedelta(**units)
    except (OverflowError, ValueError) as error:
        raise TimespanError(f"datetime.timedelta refuses the value: {error}", node) from error


def _positional(node: Node) -> list[float]:
    if not isinstance(node, Sequence) or len(node.items) > len(KEYWORDS):
        raise TimespanError("__args__ must be a list of at most seven numbers", node)
    return [_number(item, "__args__") for item in node.items]


def _number(node: Node, name: str) -> float:
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        shown = node.text if isinstance(node, Scalar) else "a list or mapping"
        raise TimespanError(f"'{name}' must be a number, not '{shown}'", node)
    return value
