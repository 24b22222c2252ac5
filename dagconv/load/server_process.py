"""One server process of the worker as the host sees it: asked by several threads, closed at the end."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import site
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import BinaryIO

from dagconv.errors import InternalError
from dagconv.wire.messages import read_message, send_call
from dagconv.wire.reply import Outcome, Ready, Replied, Reply
from dagconv.wire.request import Call, Preload, Request

# Seconds: what a request without a limit of its own may take, and what one with a limit may take beyond it.
_WITHOUT_LIMIT = 300.0
_GRACE = 60.0
_PATIENCE = 1.0


class ServerGoneError(InternalError):
    """The server ended, or does not answer, before it replied."""


class ServerProcess:
    """`hash_seed` fixes the order of sets in the server and all of its children."""

    def __init__(self, hash_seed: int) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="dagconv-", ignore_cleanup_errors=True)
        self._ids = itertools.count(1)
        self._waiting: dict[int, SimpleQueue[Reply | None]] = {}
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._gone = False
        self.versions: Mapping[str, str] = {}
        self._log = (Path(self._home.name) / "server.log").open("w+b")
        self._start(hash_seed)

    def _start(self, hash_seed: int) -> None:
        request_read, request_write = os.pipe()
        reply_read, reply_write = os.pipe()
        command = [sys.executable, "-m", "dagconv.worker.server", str(request_read), str(reply_write)]
        # The server and its children get their own session, so that Ctrl-C reaches the host alone.
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [*command, self._home.name],
            cwd=self._home.name,
            env=scrubbed_environment(os.environ, hash_seed, self._home.name),
            pass_fds=(request_read, reply_write),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        os.close(request_read)
        os.close(reply_write)
        self._requests = request_write
        self._replies: BinaryIO = os.fdopen(reply_read, "rb")
        self._reader = threading.Thread(target=self._read_replies, daemon=True)
        self._reader.start()

    @property
    def was_ready(self) -> bool:
        """Whether it ever had the engine imported."""
        return self._ready.is_set()

    @property
    def is_gone(self) -> bool:
        return self._gone

    def close(self) -> None:
        """Ends the server and all of its children, and removes their folder; whoever waits for a reply is told."""
        if not self._ready.is_set():
            self._process.kill()  # it has no children yet, and does not listen before it has imported Airflow
        with self._lock:
            self._gone = True
            if self._requests >= 0:
                os.close(self._requests)
                self._requests = -1
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_PATIENCE)
        self._log.close()
        self._home.cleanup()

    def ask(self, request: Request) -> Reply:
        """Sends a request and waits for the child's end. Raises ServerGoneError, and InternalError where the machine
        has no room for a child."""
        box = self.send(request)
        # The server keeps the limit; this one is for a server that is stuck.
        limit = _WITHOUT_LIMIT if isinstance(request, Preload) else request.limits.timeout + _GRACE
        try:
            reply = box.get(timeout=limit)
        except Empty:
            self._process.kill()
            raise ServerGoneError(f"the worker process does not answer:\n{self._tail()}") from None
        if reply is None or reply.end.outcome is Outcome.CLOSED:
            raise ServerGoneError(f"the worker process ended (exit {self._process.poll()}):\n{self._tail()}")
        if reply.end.outcome is Outcome.UNSTARTED:
            raise InternalError(f"the machine has no room for another process: {reply.end.output}")
        return reply

    def send(self, request: Request) -> SimpleQueue[Reply | None]:
        """Where the reply will arrive; None when the server ends before it."""
        number = next(self._ids)
        box: SimpleQueue[Reply | None] = SimpleQueue()
        with self._lock:
            if not self._gone:
                self._waiting[number] = box
                try:
                    send_call(self._requests, Call(number, secrets.token_hex(16), request))
                except OSError:
                    self._gone = True
            if self._gone:
                box.put(None)
        return box

    def _read_replies(self) -> None:
        # A malformed message ends the conversation as the server's end does: whoever waits is told.
        with contextlib.suppress(ValueError, OSError), self._replies:
            while (message := read_message(self._replies)) is not None:
                match message:
                    case Ready(versions):
                        self.versions = versions
                        self._ready.set()
                    case Replied(number, reply):
                        with self._lock:
                            box = self._waiting.pop(number, None)
                        if box is not None:
                            box.put(reply)
        with self._lock:
            self._gone = True
            for box in self._waiting.values():
                box.put(None)
            self._waiting.clear()

    def _tail(self) -> str:
        try:
            return (Path(self._home.name) / "server.log").read_text("utf-8", "replace")[-4000:]
        except OSError:  # closed meanwhile
            return ""


def scrubbed_environment(environment: Mapping[str, str], hash_seed: int, home: str) -> dict[str, str]:
    """What the worker may know of the caller's environment: where programs and packages are, and nothing else."""
    # The folder of `pip install --user` is found through HOME, which is another one here.
    packages = {"PYTHONUSERBASE": site.getuserbase()} if site.ENABLE_USER_SITE else {"PYTHONNOUSERSITE": "1"}
    return {
        **packages,
        "PATH": environment.get("PATH", os.defpath),
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONUTF8": "1",
        # Without these botocore asks the instance metadata service and the user's profile.
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
