"""A child as the server sees it: what its pipes have delivered, and whether its answer is whole."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path

from dagconv.wire.request import Call

_LENGTH = struct.Struct(">I")


def framed(answer: bytes, mark: bytes) -> bytes:
    """An answer between its two marks, which user code cannot know."""
    return mark + _LENGTH.pack(len(answer)) + answer + mark


@dataclass(slots=True)
class Child:
    """A running child: `result` and `output` collect what its pipes deliver; `trace` is where its crashes go."""

    call: Call
    pid: int
    home: Path
    trace: Path
    deadline: float
    started: float
    open_pipes: set[int]
    result: bytearray = field(default_factory=bytearray)
    output: bytearray = field(default_factory=bytearray)
    cut: bool = False

    def answer(self) -> bytes | None:
        """Its answer if that arrived whole, between its two marks."""
        mark = self.call.mark.encode()
        start = len(mark) + _LENGTH.size
        if len(self.result) < start or not self.result.startswith(mark):
            return None
        (length,) = _LENGTH.unpack_from(self.result, len(mark))
        if len(self.result) != start + length + len(mark) or not self.result.endswith(mark):
            return None
        return bytes(self.result[start : start + length])
