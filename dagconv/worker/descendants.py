"""Finds and ends the processes that user code leaves behind, in its process group or out of it (Linux)."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Set as AbstractSet
from pathlib import Path

from dagconv.worker.isolation import LIBC

_SET_CHILD_SUBREAPER = 36
_PATIENCE = 2.0


def adopt_orphans() -> None:
    """Makes this process the parent of its descendants' orphans, so that none escapes by leaving its group."""
    with contextlib.suppress(OSError, AttributeError):
        LIBC.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children_of(pid: int) -> set[int]:
    """Direct children, of all threads; none where the system does not tell."""
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found.update(int(word) for word in (task / "children").read_text().split())
    return found


def count(pid: int) -> int:
    """How many processes descend from this one."""
    seen: set[int] = set()
    waiting = [pid]
    while waiting:
        new = children_of(waiting.pop()) - seen
        seen |= new
        waiting += new
    return len(seen)


def kill_orphans(known: AbstractSet[int]) -> None:
    """Kills every child of this process that is not `known`; their own children then come here, and go too."""
    end = time.monotonic() + _PATIENCE
    while (orphans := children_of(os.getpid()) - known) and time.monotonic() < end:
        for orphan in orphans:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(orphan, signal.SIGKILL)
                os.waitpid(orphan, 0)


def ask_for_place(pid: int, patience: float) -> None:
    """Has a child write its trace; the default action of the signal is its end (Linux)."""
    os.kill(pid, signal.SIGXCPU)
    end = time.monotonic() + patience
    while time.monotonic() < end and not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
        time.sleep(0.01)
