"""The worker's main process: imports Airflow once, forks one child per request, and never runs user code itself."""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import BinaryIO

from dagconv.wire.frames import write_all
from dagconv.wire.limits import MAX_DESCENDANTS, Limits
from dagconv.wire.messages import read_call, send_message
from dagconv.wire.reply import End, Outcome, Ready, Replied, Reply
from dagconv.wire.request import Call, Load, Preload, Reload
from dagconv.worker import descendants, engine, isolation
from dagconv.worker.audit import AUDIT
from dagconv.worker.child import Child, framed
from dagconv.worker.reads import READS

MAX_OUTPUT = 1024 * 1024
MAX_RESULT = 128 * 1024 * 1024
MAX_TRACE = 64 * 1024
# How often, in seconds, children are looked after that no pipe tells about.
TICK = 0.1
# Objects that a child makes before garbage is looked for: most files make fewer.
_GARBAGE = 10_000
# User code may replace these.
_exit, _getpid = os._exit, os.getpid


class Server:
    """`requests` and `replies` are the pipes to the host; `home` is the server's private folder."""

    def __init__(self, requests: BinaryIO, replies: int, home: Path) -> None:
        self.requests = requests
        self.replies = replies
        self.home = home
        self.children: dict[int, Child] = {}
        # Killed after they answered, and not waited for: the system takes its time to free their memory.
        self.ending: dict[int, Child] = {}
        self.looked = 0.0
        self.pipes: dict[int, tuple[Child, bytearray]] = {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(requests, selectors.EVENT_READ)
        self.counter = 0

    def serve(self) -> None:
        """Until the host closes its end; then every child is killed."""
        listening = True
        while listening:
            for key, _ in self.selector.select(TICK if self.children or self.ending else None):
                if key.fileobj is self.requests:
                    listening = self._accept()
                else:
                    self._drain(key.fd)
            if time.monotonic() - self.looked >= TICK:
                for child in list(self.children.values()):
                    self._look_after(child)
                self._reap(os.WNOHANG)
                self.looked = time.monotonic()
        for child in list(self.children.values()):
            self._finish(child, Outcome.CLOSED)
        self._reap(0)

    def _accept(self) -> bool:
        try:
            call = read_call(self.requests)
        except (ValueError, OSError):
            call = None
        if call is None:
            return False
        match call.request:
            case Preload(modules):
                engine.preload(modules)
                AUDIT.take()
                READS.remember_preloaded()
                # What stands now is shared with every child; the collector must not touch, and so copy, its pages.
                gc.freeze()
                self._reply(call, End(Outcome.DONE))
            case Load() | Reload() as request:
                engine.prepare_rendering(needed=request.render is not None)
                self._start(call, request.limits)
        return True

    def _start(self, call: Call, limits: Limits) -> None:
        self.counter += 1
        home = self.home / f"child-{self.counter}"
        trace = self.home / f"child-{self.counter}.trace"
        pipes = (*os.pipe(), *os.pipe())
        result_read, result_write, output_read, output_write = pipes
        try:
            pid = os.fork()
        except OSError as error:  # the machine has no room for another process
            for fd in pipes:
                os.close(fd)
            self._reply(call, End(Outcome.UNSTARTED, output=str(error)))
            return
        if pid == 0:
            self._become_child(call, limits, home, trace, result_write, output_write)
        os.close(result_write)
        os.close(output_write)
        now = time.monotonic()
        child = Child(call, pid, home, trace, now + limits.timeout, now, {result_read, output_read})
        self.children[pid] = child
        for fd, buffer in ((result_read, child.result), (output_read, child.output)):
            os.set_blocking(fd, False)
            self.pipes[fd] = (child, buffer)
            self.selector.register(fd, selectors.EVENT_READ)

    def _become_child(self, call: Call, limits: Limits, home: Path, trace: Path, result: int, output: int) -> None:
        """Never returns."""
        pid, code = _getpid(), 1
        try:
            gc.enable()
            gc.set_threshold(_GARBAGE)
            os.close(self.replies)
            self.requests.close()
            self.selector.close()
            for fd in list(self.pipes):
                os.close(fd)
            log = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            isolation.enter(home, log, limits.timeout, limits.memory_mb, output)
            from dagconv.worker.job import answer_request

            answer = answer_request(call.request, log)
            # A copy that user code forked and let run on has nothing to say.
            if _getpid() == pid:
                mark = call.mark.encode()
                write_all(result, framed(answer, mark))
                code = 0
        finally:
            _exit(code)

    def _drain(self, fd: int) -> None:
        if fd not in self.pipes:  # closed since the selector returned
            return
        child, buffer = self.pipes[fd]
        try:
            data = os.read(fd, 1 << 20)
        except BlockingIOError:
            return
        if not data:
            self._close(fd, child)
            self._look_after(child)
            return
        limit = MAX_RESULT if buffer is child.result else MAX_OUTPUT
        room = limit - len(buffer)
        buffer += data[: max(room, 0)]
        child.cut = child.cut or len(data) > room
        # The answer stands: threads, children or exit handlers of user code need not be waited for.
        if buffer is child.result and (answer := child.answer()) is not None:
            self._take(child, answer)

    def _close(self, fd: int, child: Child) -> None:
        self.selector.unregister(fd)
        del self.pipes[fd]
        os.close(fd)
        child.open_pipes.discard(fd)

    def _look_after(self, child: Child) -> None:
        """What pipes do not tell: a child may close them and run on, or end while others hold them."""
        if child.pid not in self.children:
            return
        pid, status = os.waitpid(child.pid, os.WNOHANG)
        if pid:
            self._finish(child, status=status)
        elif child.deadline <= time.monotonic():
            self._finish(child, Outcome.TIMEOUT)
        elif descendants.count(child.pid) > MAX_DESCENDANTS:
            _ask_for_place(child.pid)
            self._finish(child, Outcome.CROWD)

    def _take(self, child: Child, answer: bytes) -> None:
        """Hands out the answer of a child and ends it."""
        os.kill(child.pid, signal.SIGKILL)
        self._release(child)
        self.ending[child.pid] = child
        output = child.output.decode("utf-8", "replace")
        self._reply(child.call, End(Outcome.DONE, output=output, cut=child.cut), answer)

    def _reap(self, options: int) -> None:
        """Takes leave of children that were killed, as far as they are gone."""
        gone = [child for pid, child in self.ending.items() if os.waitpid(pid, options)[0]]
        for child in gone:
            del self.ending[child.pid]
            self._take_trace(child)
        if gone:
            descendants.kill_orphans(self.children.keys() | self.ending.keys())

    def _release(self, child: Child) -> None:
        """Of a child that is killed or gone: its group is killed, and what is left in its pipes taken."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        for fd in list(child.open_pipes):
            self._empty(fd)
            self._close(fd, child)
        del self.children[child.pid]

    def _finish(self, child: Child, reason: Outcome | None = None, status: int | None = None) -> None:
        """Ends a child that did not answer, for a `reason` unless it ended by itself with `status`."""
        if status is None:
            os.kill(child.pid, signal.SIGKILL)
            _, status = os.waitpid(child.pid, 0)
        self._release(child)
        descendants.kill_orphans(self.children.keys() | self.ending.keys())
        answer = child.answer()
        end = End(
            Outcome.DONE if answer is not None else reason or (Outcome.GARBLED if child.result else Outcome.DIED),
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            exit=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            output=child.output.decode("utf-8", "replace"),
            trace=self._take_trace(child),
            cut=child.cut,
        )
        self._reply(child.call, end, answer or b"")

    def _empty(self, fd: int) -> None:
        """Takes what a pipe of a dead child still holds; others may have it open, so its end is not waited for."""
        child, buffer = self.pipes[fd]
        limit = MAX_RESULT if buffer is child.result else MAX_OUTPUT
        with contextlib.suppress(BlockingIOError):
            while len(buffer) < limit and (data := os.read(fd, 1 << 20)):
                buffer += data[: limit - len(buffer)]

    def _take_trace(self, child: Child) -> str:
        trace = b""
        with contextlib.suppress(OSError), child.trace.open("rb") as file:
            trace = file.read(MAX_TRACE)
            child.trace.unlink()
        shutil.rmtree(child.home, ignore_errors=True)
        return trace.decode("utf-8", "replace")

    def _reply(self, call: Call, end: End, answer: bytes = b"") -> None:
        with contextlib.suppress(BrokenPipeError):
            send_message(self.replies, Replied(call.number, Reply(end, answer)))


def _ask_for_place(pid: int) -> None:
    """Has a child write its trace; the default action of the signal is its end (Linux)."""
    os.kill(pid, signal.SIGXCPU)
    end = time.monotonic() + 5 * TICK
    while time.monotonic() < end and not os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
        time.sleep(TICK / 10)


def main() -> None:
    requests, replies, home = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    os.set_inheritable(requests, False)
    os.set_inheritable(replies, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What the server imports stays; looking for garbage in it is a fifth of its start.
    gc.disable()
    # `-m` puts the working directory there, which is the children's home too.
    sys.path[:] = [entry for entry in sys.path if entry not in ("", str(home))]
    engine.configure(home)
    versions = engine.start()
    import dagconv.worker.job  # noqa: F401  # imported once, before any fork

    descendants.adopt_orphans()
    AUDIT.take()
    READS.remember_engine()
    gc.freeze()
    send_message(replies, Ready(versions))
    Server(os.fdopen(requests, "rb", buffering=0), replies, home).serve()
    # The host does this too; it may have been killed.
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
