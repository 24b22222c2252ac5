"""The worker as the stages see it: a server process that is started again when it ended, closed at the end."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Mapping
from types import TracebackType

from dagconv.errors import EngineBrokenError, EngineMissingError
from dagconv.load.server_process import ServerGoneError, ServerProcess
from dagconv.wire.reply import Reply
from dagconv.wire.request import Preload, Request

INSTALL_LINE = "pip install 'dagconv[airflow]'"


class Worker:
    """Answers requests of several threads. `hash_seed` fixes the order of sets in all that it loads."""

    def __init__(self, hash_seed: int = 0) -> None:
        """Raises EngineMissingError when Airflow and dag-factory are not installed beside dagconv."""
        if any(importlib.util.find_spec(name) is None for name in ("airflow", "dagfactory", "time_machine")):
            raise EngineMissingError(f"Airflow and dag-factory load DAG files, and are not installed: {INSTALL_LINE}")
        self._hash_seed = hash_seed
        self._preloaded: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self._one_by_one = threading.Lock()
        self._closed = False
        self._server = ServerProcess(hash_seed)
        self._apart: ServerProcess | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    @property
    def versions(self) -> Mapping[str, str]:
        """Of the engine's packages; empty until it is imported."""
        return self._server.versions

    def close(self) -> None:
        """Ends the server and all of its children; whoever waits for a reply is told."""
        with self._lock:
            self._closed = True
            servers = [self._server, *([self._apart] if self._apart is not None else [])]
        for server in servers:
            server.close()

    def preload(self, modules: tuple[str, ...]) -> None:
        """Imports provider modules in the server, so that its later children have them."""
        if modules:
            self._preloaded |= frozenset(modules)
            self.ask(Preload(tuple(sorted(set(modules)))))

    def ask(self, request: Request) -> Reply:
        """The end of the request's child. Raises ServerGoneError when that ended the server, and EngineBrokenError
        when the server cannot even start.

        A server that ends takes along the children of other requests: each is asked again, alone, on a server of its
        own. Who ends that one too has ended the first.
        """
        server = self._running()
        try:
            return server.ask(request)
        except ServerGoneError as error:
            if self._closed:
                raise
            if not server.was_ready:
                raise EngineBrokenError(str(error)) from error
        with self._one_by_one:
            return self._ask_apart(request)

    def _running(self) -> ServerProcess:
        with self._lock:
            if self._server.is_gone and self._server.was_ready and not self._closed:
                self._server.close()
                self._server = self._started()
            return self._server

    def _ask_apart(self, request: Request) -> Reply:
        with self._lock:
            if self._closed:
                raise ServerGoneError("the worker process was closed")
            self._apart = self._started()
        try:
            return self._apart.ask(request)
        finally:
            self._apart.close()

    def _started(self) -> ServerProcess:
        server = ServerProcess(self._hash_seed)
        if self._preloaded:
            server.send(Preload(tuple(sorted(self._preloaded))))
        return server
