"""The worker's main process: imports Airflow once, forks one child per request, and never runs user code itself."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import selectors
import signal
import struct
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from dagconv.worker import engine, frames, isolation

MAX_OUTPUT = 1024 * 1024
MAX_RESULT = 128 * 1024 * 1024
_LENGTH = struct.Struct(">I")


@dataclass(slots=True)
class Child:
    """A running child: `result` and `output` collect what its pipes deliver."""

    request: dict[str, Any]
    pid: int
    deadline: float
    started: float
    open_pipes: set[int]
    result: bytearray = field(default_factory=bytearray)
    output: bytearray = field(default_factory=bytearray)
    cut: bool = False
    killed: str | None = None


class Server:
    """`requests` and `replies` are the pipes to the host; `home` is the server's private folder."""

    def __init__(self, requests: BinaryIO, replies: int, home: Path) -> None:
        self.requests = requests
        self.replies = replies
        self.home = home
        self.children: dict[int, Child] = {}
        self.pipes: dict[int, tuple[Child, bytearray]] = {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(requests, selectors.EVENT_READ)
        self.counter = 0

    def serve(self) -> None:
        """Until the host closes its end; then every child is killed."""
        listening = True
        while listening or self.children:
            timeout = (
                min((c.deadline for c in self.children.values()), default=time.monotonic() + 60) - time.monotonic()
            )
            for key, _ in self.selector.select(max(timeout, 0)):
                if key.fileobj is self.requests:
                    listening = self._accept()
                    if not listening:
                        self.selector.unregister(self.requests)
                        for child in list(self.children.values()):
                            self._kill(child, "closed")
                else:
                    self._drain(key.fd)
            now = time.monotonic()
            for child in list(self.children.values()):
                if child.deadline <= now and child.killed is None:
                    self._kill(child, "timeout")

    def _accept(self) -> bool:
        try:
            message = frames.read_frame(self.requests)
        except (ValueError, OSError):
            message = None
        if message is None:
            return False
        request, _ = message
        if request["job"] == "preload":
            engine.preload(request["modules"])
            # What stands now is shared with every child; the collector must not touch, and so copy, its pages.
            gc.collect()
            gc.freeze()
            frames.write_all(self.replies, frames.pack({"id": request["id"], "outcome": "done"}, b"{}"))
        else:
            self._start(request)
        return True

    def _start(self, request: dict[str, Any]) -> None:
        result_read, result_write = os.pipe()
        output_read, output_write = os.pipe()
        self.counter += 1
        home = self.home / f"child-{self.counter}"
        pid = os.fork()
        if pid == 0:
            self._become_child(request, home, result_write, output_write)
        os.close(result_write)
        os.close(output_write)
        now = time.monotonic()
        child = Child(request, pid, now + request["timeout"], now, {result_read, output_read})
        self.children[pid] = child
        for fd, buffer in ((result_read, child.result), (output_read, child.output)):
            os.set_blocking(fd, False)
            self.pipes[fd] = (child, buffer)
            self.selector.register(fd, selectors.EVENT_READ)

    def _become_child(self, request: dict[str, Any], home: Path, result: int, output: int) -> None:
        """Never returns."""
        code = 1
        try:
            os.close(self.replies)
            self.requests.close()
            for fd in list(self.pipes):
                os.close(fd)
            isolation.enter(home, request["timeout"], request["memory_mb"], output)
            answer = json.dumps(_run(request)).encode()
            mark = request["mark"].encode()
            frames.write_all(result, mark + _LENGTH.pack(len(answer)) + answer + mark)
            code = 0
        except BaseException as error:  # noqa: BLE001  # this is the end of the process
            with contextlib.suppress(BaseException):
                import traceback

                traceback.print_exception(error)
        finally:
            os._exit(code)

    def _drain(self, fd: int) -> None:
        if fd not in self.pipes:  # closed since the selector returned
            return
        child, buffer = self.pipes[fd]
        try:
            data = os.read(fd, 1 << 20)
        except BlockingIOError:
            return
        limit = MAX_RESULT if buffer is child.result else MAX_OUTPUT
        if data:
            room = limit - len(buffer)
            buffer += data[: max(room, 0)]
            child.cut = child.cut or len(data) > room
            # The answer stands: threads, children or exit handlers of user code need not be waited for.
            if buffer is child.result and self._answer(child) is not None:
                self._finish(child)
            return
        self._close(fd, child)
        if not child.open_pipes:
            self._finish(child)

    def _close(self, fd: int, child: Child) -> None:
        self.selector.unregister(fd)
        del self.pipes[fd]
        os.close(fd)
        child.open_pipes.discard(fd)

    def _kill(self, child: Child, reason: str) -> None:
        child.killed = reason
        self._finish(child)

    def _answer(self, child: Child) -> bytes | None:
        """The child's answer if it arrived whole, between its two marks."""
        mark = child.request["mark"].encode()
        data = child.result
        start = len(mark) + _LENGTH.size
        if len(data) < start or not data.startswith(mark):
            return None
        (length,) = _LENGTH.unpack_from(data, len(mark))
        if len(data) != start + length + len(mark) or not data.endswith(mark):
            return None
        return bytes(data[start : start + length])

    def _finish(self, child: Child) -> None:
        answer = self._answer(child)
        for fd in list(child.open_pipes):
            with contextlib.suppress(OSError):
                child.output += os.read(fd, MAX_OUTPUT) if self.pipes[fd][1] is child.output else b""
            self._close(fd, child)
        status = self._reap(child, by_force=answer is not None or child.killed is not None)
        del self.children[child.pid]
        header = {
            "id": child.request["id"],
            "outcome": "done" if answer is not None else child.killed or "died",
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            "output": child.output[:MAX_OUTPUT].decode("utf-8", "replace"),
            "cut": child.cut or len(child.output) >= MAX_OUTPUT,
            "seconds": time.monotonic() - child.started,
        }
        with contextlib.suppress(BrokenPipeError):
            frames.write_all(self.replies, frames.pack(header, answer or b""))

    def _reap(self, child: Child, by_force: bool) -> int:
        """Waits for the child and kills whatever it left behind, in its group or out of it."""
        if by_force:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
        _, status = os.waitpid(child.pid, 0)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        for orphan in _own_children() - self.children.keys():
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(orphan, signal.SIGKILL)
                os.waitpid(orphan, 0)
        return status


def _own_children() -> set[int]:
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return set()
    return {int(word) for word in text.split()}


def _run(request: dict[str, Any]) -> dict[str, Any]:
    match request["job"]:
        case "load":
            from dagconv.worker.source import load

            return load(request)
        case "reload":
            from dagconv.worker.reload import reload

            return reload(request)
        case job:
            raise ValueError(f"unknown job {job!r}")


def _adopt_orphans() -> None:
    """Makes this process the reaper of its descendants (Linux), so that none escapes by leaving its group."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def main() -> None:
    requests, replies, home = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    os.set_inheritable(requests, False)
    os.set_inheritable(replies, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine.configure(home)
    versions = engine.start()
    import dagconv.worker.reload
    import dagconv.worker.source  # noqa: F401  # imported once, before any fork

    _adopt_orphans()
    gc.collect()
    gc.freeze()
    frames.write_all(replies, frames.pack({"ready": True, "versions": versions}))
    Server(os.fdopen(requests, "rb", buffering=0), replies, home).serve()


if __name__ == "__main__":
    main()
