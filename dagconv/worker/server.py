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

from dagconv.wire.answer import is_failure
from dagconv.wire.limits import MAX_DESCENDANTS, Limits
from dagconv.wire.messages import read_call, send_call, send_message
from dagconv.wire.reply import End, Outcome, Ready, Replied, Reply
from dagconv.wire.request import Call, Load, Preload, Reload
from dagconv.worker import descendants, engine, warm
from dagconv.worker.audit import AUDIT
from dagconv.worker.child import MAX_DEFINITIONS, Child
from dagconv.worker.reads import READS

MAX_OUTPUT = 1024 * 1024
MAX_RESULT = 128 * 1024 * 1024
# How often, in seconds, children are looked after that no pipe tells about.
TICK = 0.1


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
        self._end_idle()
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
                self._end_idle()
                engine.preload(modules)
                AUDIT.take()
                READS.remember_preloaded()
                # What stands now is shared with every child; the collector must not touch, and so copy, its pages.
                gc.freeze()
                self._reply(call, End(Outcome.DONE))
            case Load() | Reload() as request:
                engine.prepare_runs(needed=request.render is not None or request.enact is not None)
                if isinstance(request, Reload) and request.runs_no_user_code:
                    self._prove(call, request.limits)
                else:
                    self._start(call, request.limits)
                if isinstance(request, Reload):
                    warm.learn(request.text)
        return True

    def _prove(self, call: Call, limits: Limits) -> None:
        """By a process that waits for it, else by a new one, which then stays."""
        prover = next((child for child in self.children.values() if child.idle), None)
        if prover is None or prover.calls is None:
            self._start(call, limits, stays=True)
            return
        prover.begin(call, limits.timeout)
        with contextlib.suppress(BrokenPipeError):  # it has died, which shows at once
            send_call(prover.calls, call)

    def _end_idle(self) -> None:
        for child in [child for child in self.children.values() if child.idle]:
            self._end(child)

    def _start(self, call: Call, limits: Limits, *, stays: bool = False) -> None:
        self.counter += 1
        home = self.home / f"child-{self.counter}"
        trace = self.home / f"child-{self.counter}.trace"
        pipes = (*os.pipe(), *os.pipe(), *(os.pipe() if stays else ()))
        result_read, result_write, output_read, output_write, *calls = pipes
        try:
            pid = os.fork()
        except OSError as error:  # the machine has no room for another process
            for fd in pipes:
                os.close(fd)
            self._reply(call, End(Outcome.UNSTARTED, output=str(error)))
            return
        if pid == 0:
            from dagconv.worker.birth import Ends, become

            become(call, limits, home, trace, Ends(result_write, output_write, tuple(calls)), self._leave)
        for fd in (result_write, output_write, *calls[:1]):
            os.close(fd)
        now = time.monotonic()
        child = Child(call, pid, home, trace, now + limits.timeout, now, {result_read, output_read})
        child.calls = calls[1] if stays else None
        self.children[pid] = child
        for fd, buffer in ((result_read, child.result), (output_read, child.output)):
            os.set_blocking(fd, False)
            self.pipes[fd] = (child, buffer)
            self.selector.register(fd, selectors.EVENT_READ)

    def _leave(self) -> None:
        """In a child: closes what only the server may use."""
        os.close(self.replies)
        self.requests.close()
        self.selector.close()
        others = [child.calls for child in self.children.values() if child.calls is not None]
        for fd in (*self.pipes, *others):
            os.close(fd)

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
            descendants.ask_for_place(child.pid, 5 * TICK)
            self._finish(child, Outcome.CROWD)

    def _take(self, child: Child, answer: bytes) -> None:
        """Hands out the answer of a child and ends it, unless it stays."""
        if child.answered and is_failure(answer):
            self._start_apart(child)
            return
        output = child.output.decode("utf-8", "replace")
        end, call = End(Outcome.DONE, output=output, cut=child.cut), child.call
        if child.calls is None or child.answered + 1 >= MAX_DEFINITIONS:
            self._end(child)
        else:
            child.rest()
        self._reply(call, end, answer)

    def _start_apart(self, child: Child) -> None:
        """What a process that has read other definitions does not take is read again by one that has not."""
        self._end(child)
        if not isinstance(child.call.request, Preload):
            self._start(child.call, child.call.request.limits)

    def _end(self, child: Child) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        self._release(child)
        self.ending[child.pid] = child

    def _reap(self, options: int) -> None:
        """Takes leave of children that were killed, as far as they are gone."""
        gone = [child for pid, child in self.ending.items() if os.waitpid(pid, options)[0]]
        for child in gone:
            del self.ending[child.pid]
            child.take_trace()
        if gone:
            descendants.kill_orphans(self.children.keys() | self.ending.keys())

    def _release(self, child: Child) -> None:
        """Of a child that is killed or gone: its group is killed, and what is left in its pipes taken."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        for fd in list(child.open_pipes):
            self._empty(fd)
            self._close(fd, child)
        if child.calls is not None:
            os.close(child.calls)
        del self.children[child.pid]

    def _finish(self, child: Child, reason: Outcome | None = None, status: int | None = None) -> None:
        """Ends a child that did not answer, for a `reason` unless it ended by itself with `status`."""
        if status is None:
            os.kill(child.pid, signal.SIGKILL)
            _, status = os.waitpid(child.pid, 0)
        self._release(child)
        descendants.kill_orphans(self.children.keys() | self.ending.keys())
        if child.idle or (child.answered and reason is not Outcome.CLOSED):
            child.take_trace()
            if not child.idle and not isinstance(child.call.request, Preload):
                self._start(child.call, child.call.request.limits)
            return
        answer = child.answer()
        end = End(
            Outcome.DONE if answer is not None else reason or (Outcome.GARBLED if child.result else Outcome.DIED),
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            exit=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            output=child.output.decode("utf-8", "replace"),
            trace=child.take_trace(),
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

    def _reply(self, call: Call, end: End, answer: bytes = b"") -> None:
        with contextlib.suppress(BrokenPipeError):
            send_message(self.replies, Replied(call.number, Reply(end, answer)))


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
    import dagconv.worker.birth  # noqa: F401  # imported once, before any fork

    descendants.adopt_orphans()
    AUDIT.take()
    warm.warm_up()
    READS.remember_engine()
    gc.freeze()
    send_message(replies, Ready(versions))
    Server(os.fdopen(requests, "rb", buffering=0), replies, home).serve()
    # The host does this too; it may have been killed.
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
