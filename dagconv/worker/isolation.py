"""What a forked child does before user code runs: limits, a throwaway home, no stdin, no network, few processes.

This isolates faults. It is not a security boundary: code that wants out gets out.
"""

from __future__ import annotations

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
_PROCESSES = frozenset({"os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"})


class NetworkBlockedError(OSError):
    """User code tried to reach the network while its file was imported."""


class ProcessesBlockedError(OSError):
    """User code started more processes than a DAG file has reason to."""


def enter(home: Path, timeout: float, memory_mb: int, output: int) -> None:
    """Moves this process into its own session and folder, with limits. `output` is a pipe for all it prints."""
    os.setsid()
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
    faulthandler.enable(2)
    faulthandler.dump_traceback_later(max(timeout - 0.3, 0.1), file=2)


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return 4 * 1024**3
    return pages * resource.getpagesize()


def guard(report: Callable[[str, dict[str, Any]], None], source_root: str) -> None:
    """Blocks the network and process bombs and reports both, and writes under the source tree, by audit events."""
    started = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal started
        if event in _NETWORK:
            address = arguments[0] if event.startswith("socket.get") else arguments[-1]
            report("network-at-import", {"address": _address(address)})
            raise NetworkBlockedError(f"dagconv blocks the network while a DAG file is imported ({_address(address)})")
        if event in _PROCESSES:
            started += 1
            if started > MAX_PROCESSES:
                report("process-bomb", {"limit": MAX_PROCESSES})
                raise ProcessesBlockedError(f"dagconv allows a DAG file to start {MAX_PROCESSES} processes")
        if event == "open" and _writes(arguments) and _inside(arguments[0], source_root):
            report("write-at-import", {"path": os.path.relpath(os.fspath(arguments[0]), source_root)})
        if event in ("os.remove", "os.rename", "os.mkdir", "os.rmdir") and _inside(arguments[0], source_root):
            report("write-at-import", {"path": os.path.relpath(os.fspath(arguments[0]), source_root)})

    sys.addaudithook(hook)


def _address(address: object) -> str:
    if isinstance(address, tuple) and len(address) >= 2:
        return f"{address[0]}:{address[1]}"
    return str(address)


def _writes(arguments: tuple[Any, ...]) -> bool:
    mode, flags = (arguments[1] if len(arguments) > 1 else None), (arguments[2] if len(arguments) > 2 else 0)
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return bool(isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _inside(path: object, root: str) -> bool:
    if not isinstance(path, (str, os.PathLike)):
        return False
    return os.path.abspath(os.fspath(path)).startswith(root + os.sep)  # noqa: PTH100  # no link is followed
