"""What the tasks of the stand-in write: their streams grow while they run, and outlive their workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dagconv.standin.backing import Backing
from dagconv.standin.runs import ATTEMPT

_BEAT = 10.0  # seconds between the lines of a task that runs
_SILENT = frozenset({"UPSTREAM_FAILED", "NONE", "SCHEDULED", "QUEUED", "REMOVED"})


class Streams:
    """Writes each line once, when its time has come."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._written: dict[tuple[str, str], tuple[int, int]] = {}  # how many lines, and the time of the last

    def forget(self) -> None:
        self._written.clear()

    def write(
        self, group: str, stream: str, instance: Mapping[str, Any], now: float, scripted: Sequence[str] | None
    ) -> None:
        """All that an attempt has written by now; `scripted` lines take the place of its beat."""
        lines = _lines(instance, now, scripted)
        before, last = self._written.get((group, stream), (0, 0))
        if len(lines) > before:
            last = self._backing.write_log(group, stream, lines[before:], last)
            self._written[group, stream] = (len(lines), last)


def _lines(instance: Mapping[str, Any], now: float, scripted: Sequence[str] | None) -> list[str]:
    if instance["Status"] in _SILENT:
        return []
    end = instance.get("EndedAt")
    passed = min(ATTEMPT, (now if end is None else end) - instance["StartedAt"])
    lines = [f"INFO - Executing {instance['OperatorName']} {instance['TaskId']}"]
    lines.append(f"INFO - attempt {instance['AttemptNumber']}")
    if scripted is None:
        beats = int(min(passed, ATTEMPT - 1) // _BEAT)
        lines += [f"INFO - {beat * _BEAT:.0f} s" for beat in range(1, beats + 1)]
    else:
        lines += scripted[: int(len(scripted) * passed / ATTEMPT)]
    if end is not None:
        failed = "ERROR - Task failed with exception: rehearsed failure"
        lines.append("done" if instance["Status"] == "SUCCESS" else failed)
    return lines
