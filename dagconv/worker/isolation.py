"""What a forked child does before user code runs: limits, a throwaway home, no stdin, no network, few processes.

This isolates faults. It is not a security boundary: code that wants out gets out (docs/isolation.md).
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_PROCESSES = 8
_NETWORK = frozenset(
    {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "socket.listen"}
)
_FORKS = frozenset({"os.fork", "os.forkpty"})
_PROCESSES = _FORKS | {"os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"}
# How many of an event's arguments are paths that it changes.
_CHANGES = {
    **dict.fromkeys(("os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod", "os.utime"), 1),
    **dict.fromkeys(("os.rename", "os.link", "os.symlink"), 2),
}
# Signals that end a process and that Python leaves alone; the place of the file goes to the trace first.
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGXCPU)
# Loaded before any fork: a child may have no memory left to load it.
LIBC = ctypes.CDLL(None)
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG

Report = Callable[[str, dict[str, Any]], None]
# User code may replace it.
_fork = os.fork


class BlockedError(OSError):
    """User code tried what is not for an import: to reach the network, or to start many processes.

    Whoever raises it has reported what was tried.
    """


def enter(home: Path, trace: int, timeout: float, memory_mb: int, output: int) -> None:
    """Moves this process into its own session and folder, with limits. `output` is a pipe for all it prints.

    Where the process stands when it is stopped or crashes goes to the file `trace`, apart from the output.
    """
    os.setsid()
    _die_with_parent()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    home.mkdir(parents=True, exist_ok=True)
    os.chdir(home)
    os.environ.update(HOME=str(home), TMPDIR=str(home))
    # The address space of this process stands already; the limit is for what the file adds to it.
    space = _address_space() + memory_mb * 1024 * 1024
    cpu = int(timeout) + 2
    limits = (
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, value in limits:
        resource.setrlimit(kind, (value, value))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    faulthandler.enable(trace)
    for number in _ENDING:
        faulthandler.register(number, trace, chain=True)
    faulthandler.dump_traceback_later(max(timeout - 0.3, 0.1), file=trace)


def _die_with_parent() -> None:
    """A killed server leaves no children (Linux)."""
    with contextlib.suppress(AttributeError, OSError):
        LIBC.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return 4 * 1024**3
    return pages * resource.getpagesize()


def guard(report: Report, source_root: str, trace: int) -> None:
    """Watches user code by audit events: blocks the network, process bombs and shots at the worker; reports these,
    other programs, and writes under the source tree. The last line before an exit goes to `trace`."""
    global _guard
    _guard = _Guard(report, source_root, trace)
    sys.addaudithook(_guard.on_event)
    os._exit = _exit_with_trace(os._exit, trace)


def fork() -> int:
    """A copy that the worker itself makes of a guarded process, and that no limit counts."""
    if _guard is None:
        return _fork()
    _guard.resting = True
    try:
        return _fork()
    finally:
        _guard.resting = False


def confine(report: Report, home: Path) -> None:
    """For tasks that are run: besides the network no other program either, and no change outside `home`."""
    if _guard is None:
        guard(report, str(home), 2)
    assert _guard is not None
    _guard.report, _guard.home = report, str(home)


def _exit_with_trace(original: Any, trace: int) -> Any:
    owner = os.getpid()

    def _exit(status: int) -> None:
        if os.getpid() == owner:
            faulthandler.dump_traceback(trace, all_threads=False)
        original(status)

    return _exit


_guard: _Guard | None = None


class _Guard:
    def __init__(self, report: Report, source_root: str, trace: int) -> None:
        self.report, self.root, self.trace = report, source_root, trace
        self.owner, self.worker = os.getpid(), os.getppid()
        self.started = 0
        self.resting = False
        self.home: str | None = None  # of a process that is confined to it

    def on_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.resting:
            return
        if event in _NETWORK:
            self._network(event, arguments)
        elif event in _PROCESSES:
            self._process(event, arguments)
        elif event == "open":
            if _writes(arguments):
                self._changes(arguments[0])
        elif event in _CHANGES:
            for path in arguments[: _CHANGES[event]]:
                self._changes(path)
        elif event == "os.exec":
            faulthandler.dump_traceback(self.trace, all_threads=False)
        elif event in ("os.kill", "os.killpg") and arguments[0] in (self.worker, -1):
            raise PermissionError("dagconv lets a DAG file end no process but its own")

    def _network(self, event: str, arguments: tuple[Any, ...]) -> None:
        # A name to look up comes first, perhaps with a port; an address to reach comes last.
        lookup = arguments[:2] if arguments[1:2] != (None,) else arguments[0]
        address = _address(lookup if event.startswith("socket.get") else arguments[-1])
        self.report("network-at-import", {"address": address})
        raise BlockedError(f"dagconv blocks the network while a DAG file is imported ({address})")

    def _process(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.home is not None:
            self.report("process-at-run", {"program": _program(event, arguments)})
            raise BlockedError("dagconv starts no other program while tasks are enacted")
        self.started += 1
        # A forked copy starts no further ones: copies of copies would multiply.
        if self.started > MAX_PROCESSES or (event in _FORKS and os.getpid() != self.owner):
            self.report("process-bomb", {"limit": MAX_PROCESSES})
            raise BlockedError(f"dagconv allows a DAG file to start {MAX_PROCESSES} processes")
        self.report("process-at-import", {"program": _program(event, arguments)})

    def _changes(self, path: object) -> None:
        text = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
        full = os.path.abspath(text)  # noqa: PTH100  # no link is followed
        if text and self.home is not None and not _lies_in(os.path.realpath(text), self.home):
            self.report("write-at-run", {"path": text})
            raise BlockedError("dagconv lets no task that is enacted change files outside its folder")
        if text and full.startswith(self.root + os.sep):
            self.report("write-at-import", {"path": os.path.relpath(full, self.root)})


def _lies_in(path: str, home: str) -> bool:
    return path.startswith(os.path.realpath(home) + os.sep) or path == os.devnull


def _program(event: str, arguments: tuple[Any, ...]) -> str:
    if event in _FORKS:
        return "a copy of itself"
    words = arguments[1] if event == "subprocess.Popen" else arguments[0] if event == "os.system" else arguments[-2]
    if isinstance(words, (list, tuple)):
        words = next(iter(words), "")
    return os.fsdecode(words) if isinstance(words, (str, bytes)) else "a program"


def _address(address: object) -> str:
    if isinstance(address, tuple):
        return ":".join(_address(part) for part in address[:2])
    return str(address) if isinstance(address, (str, int)) else os.fsdecode(address) if type(address) is bytes else "?"


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = (arguments[1] if len(arguments) > 1 else None), (arguments[2] if len(arguments) > 2 else 0)
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
