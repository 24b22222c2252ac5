"""A child as the server sees it: what its pipes have delivered, and whether its answer is whole."""

from __future__ import annotations

import contextlib
import math
import shutil
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path

from dagconv.wire.request import Call

# Definitions that one process reads; what its caches keep grows with them.
MAX_DEFINITIONS = 100
MAX_TRACE = 64 * 1024
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
    # Of one that stays for further calls: where it reads them, how many it has answered, and whether it waits for one.
    calls: int | None = None
    answered: int = 0
    idle: bool = False

    def begin(self, call: Call, timeout: float) -> None:
        """Another call, of one that stays."""
        self.call, self.deadline, self.idle, self.cut = call, time.monotonic() + timeout, False, False
        self.result.clear()
        self.output.clear()

    def rest(self) -> None:
        """Until the next call."""
        self.idle, self.deadline = True, math.inf
        self.answered += 1

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

    def take_trace(self) -> str:
        """What it left in its trace; its folder goes with it."""
        trace = b""
        with contextlib.suppress(OSError), self.trace.open("rb") as file:
            trace = file.read(MAX_TRACE)
            self.trace.unlink()
        shutil.rmtree(self.home, ignore_errors=True)
        return trace.decode("utf-8", "replace")
