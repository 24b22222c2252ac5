"""Measures one command with everything that it starts: wall time, processor time, and memory in proportional shares.

The caller becomes the reaper of orphans, so that processes which a command leaves count too. A process whose parent
never asks for its end is lost to the processor time; none of the commands of the bench does that on purpose.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_SET_CHILD_SUBREAPER = 36
_SAMPLE_SECONDS = 0.05
_PATIENCE_SECONDS = 20.0
_WATCH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds; `cpu` is user and system time of the whole tree."""

    wall: float
    cpu: float


def adopt_orphans() -> None:
    """Raises OSError where the system cannot (it needs Linux)."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def keep_to_cores(count: int) -> int:
    """Binds this process, and so all that it starts, to so many cores; returns how many there were to have."""
    cores = sorted(os.sched_getaffinity(0))[:count]
    os.sched_setaffinity(0, cores)
    return len(cores)


def cost_of(command: Sequence[str], folder: Path, environment: Mapping[str, str], exits: Sequence[int] = (0,)) -> Cost:
    """Raises SystemExit with the command's output when it ends otherwise than expected."""
    before, started = _children_seconds(), time.perf_counter()
    process, output = _start(command, folder, environment)
    process.wait()
    wall = time.perf_counter() - started
    _reap_orphans()
    _require(process, output, exits)
    return Cost(wall, _children_seconds() - before)


def peak_memory(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Bytes: the largest sum over the tree of proportional set sizes. Sampling slows, so nothing is timed."""
    process, output = _start(command, folder, environment)
    peak, ended = 0, threading.Event()

    def wait() -> None:
        process.wait()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    while not ended.wait(_SAMPLE_SECONDS):
        peak = max(peak, sum(_proportional(pid) for pid in descendants(os.getpid())))
    _reap_orphans()
    _require(process, output, (0,))
    return peak


def seconds_to_written(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], source: Path, written: Path, runs: int
) -> list[float]:
    """How long a command that watches takes, each time that its source is saved with another word in place of the
    last, until that word stands in what it writes. Raises SystemExit when it takes longer than a minute.
    """
    process, output = _start(command, folder, environment)
    walls, word = [], "demo-bucket"
    try:
        _await(lambda: written.is_file() and word in written.read_text("utf-8"), process, output)
        for number in range(runs):
            before, word = word, f"demo-bucket-{number}"
            text = source.read_text("utf-8").replace(before, word)
            started = time.perf_counter()
            source.write_text(text, "utf-8")
            _await(lambda word=word: f"{word}\n" in written.read_text("utf-8"), process, output)  # type: ignore[misc]
            walls.append(time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        output.close()
        _reap_orphans()
    return walls


def _await(is_there: Callable[[], bool], process: subprocess.Popen[bytes], output: IO[bytes]) -> None:
    deadline = time.monotonic() + _WATCH_SECONDS
    while not is_there():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(
                f"{process.args!r} did not write:\n{Path(output.name).read_text('utf-8', 'replace')[-3000:]}"
            )
        time.sleep(0.002)


def descendants(pid: int) -> list[int]:
    """All processes below this one, by /proc."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, open_ones = [], [pid]
    while open_ones:
        below = parents.get(open_ones.pop(), [])
        found += below
        open_ones += below
    return found


def _proportional(pid: int) -> int:
    try:
        for line in (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _start(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    output = tempfile.NamedTemporaryFile(prefix="bench-output-")  # noqa: SIM115  # a pipe would wait for orphans
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
    )
    return process, output


def _require(process: subprocess.Popen[bytes], output: IO[bytes], exits: Sequence[int]) -> None:
    with output:
        if process.returncode not in exits:
            text = Path(output.name).read_text("utf-8", "replace")
            raise SystemExit(f"{process.args!r} ended with {process.returncode}:\n{text[-3000:]}")


def _reap_orphans() -> None:
    """Waits for what the command left behind. Raises SystemExit when that does not end."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.01)
        except ChildProcessError:
            return
    raise SystemExit(f"processes are left after the command: {descendants(os.getpid())}")
