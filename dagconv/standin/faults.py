"""Scripted faults of the stand-in: which call goes wrong, when, and how."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from dagconv.errors import UsageError

# before: nothing is carried out; after: carried out, and the answer is spoilt.
BEFORE = frozenset({"throttle", "500", "drop_before", "deny", "error", "slow"})
# meanwhile: carried out, and then the control door gets `value`, a path and its body, as if somebody else had acted.
AFTER = frozenset({"meanwhile", "timeout", "drop_after", "truncate", "cut", "html", "slow_after"})


@dataclass(slots=True)
class Fault:
    """`call` is a pattern over "service:Operation"; `nth` the call it starts with, `count` how many it hits.

    `rate` instead hits each matching call with this probability. `value` belongs to the action: seconds for
    slow and throttle's RetryAfterSeconds, the body for error.
    """

    call: str
    action: str
    nth: int = 1
    count: int = 1
    rate: float | None = None
    value: Any = None
    status: int = 400
    seen: int = 0

    def strikes(self, name: str, dice: random.Random) -> bool:
        if not fnmatchcase(name, self.call):
            return False
        self.seen += 1
        if self.rate is not None:
            return dice.random() < self.rate
        return self.nth <= self.seen < self.nth + self.count


class Faults:
    """The script in force. Faults are tried in the order in which they were given; the first that strikes is it."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = threading.Lock()
        self._dice = random.Random(seed)  # noqa: S311  # repeatable faults are the point
        self._script: list[Fault] = []

    def add(self, **members: Any) -> None:
        """Raises UsageError for an action that does not exist."""
        fault = Fault(**members)
        if fault.action not in BEFORE | AFTER:
            raise UsageError(f"no such fault: {fault.action}; there are {', '.join(sorted(BEFORE | AFTER))}")
        with self._lock:
            self._script.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._script.clear()

    def strike(self, name: str) -> Fault | None:
        with self._lock:
            for fault in self._script:
                if fault.strikes(name, self._dice):
                    return fault
        return None
