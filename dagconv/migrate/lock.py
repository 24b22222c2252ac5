"""Two locks around every change: one on the state folder, freed by the system, one in the bucket for other machines."""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from dagconv.errors import UsageError
from dagconv.migrate.services import CallError, Cause, Json, StoredObject, World


@contextlib.contextmanager
def local_lock(folder: Path) -> Iterator[None]:
    """Raises UsageError when another process of this machine works with the same state."""
    path = folder / "lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+")
    except OSError as error:
        raise UsageError(
            f"cannot use the state folder {folder}: {error.strerror}; choose one with --state-dir"
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            raise UsageError(f"another call works with {folder}: {handle.read().strip() or 'unknown'}") from error
        handle.truncate(0)
        handle.write(owner())
        handle.flush()
        yield


def owner() -> str:
    return f"{_user()}@{socket.gethostname()} pid {os.getpid()}"


class BucketLock:
    """A lock object that is written only if it is absent (C1 8). `state` tells our own journal from others'."""

    def __init__(self, world: World, bucket: str, prefix: str, state: str) -> None:
        self._world = world
        self._bucket = bucket
        self._key = f"{prefix.strip('/')}/.dagconv/lock.json".lstrip("/")
        self._state = state

    @contextlib.contextmanager
    def held(self, verb: str) -> Iterator[None]:
        """Takes the lock, or takes up our own of a call that was killed; frees it when the body ends in any way.

        Raises UsageError naming the holder and the lock's age.
        """
        self._take(verb)
        try:
            yield
        finally:
            with contextlib.suppress(CallError):
                self._world.store.delete(self._bucket, self._key, self._version())

    def drop_own(self) -> None:
        """Frees a lock that a killed call of ours has left behind."""
        found = self._find()
        if found is not None and found[0].get("state") == self._state:
            self._world.store.delete(self._bucket, self._key, found[1].version_id)

    def free(self) -> str | None:
        """Removes whatever lock is there; says whose it was, None when there is none."""
        found = self._find()
        if found is None:
            return None
        self._world.store.delete(self._bucket, self._key, found[1].version_id)
        return self._describe(found[0])

    def _take(self, verb: str) -> None:
        body: Json = {"owner": owner(), "state": self._state, "verb": verb, "since": self._world.clock.now()}
        for _ in range(3):
            try:
                self._write(body)
                return
            except CallError as error:
                if error.cause not in (Cause.PRECONDITION, Cause.UNKNOWN):
                    raise
            found = self._find()
            if found is None:
                continue
            if found[0].get("state") == self._state:
                # Ours: a call that was killed, or a write whose answer was lost. The local lock keeps others out.
                return
            raise UsageError(
                f"s3://{self._bucket}/{self._key} is locked: {self._describe(found[0])}; "
                "if that call is certainly dead, `migrate unlock` frees it"
            )
        raise UsageError(f"the lock s3://{self._bucket}/{self._key} cannot be taken: it keeps appearing and vanishing")

    def _write(self, body: Json) -> None:
        data = json.dumps(body).encode()
        self._world.store.put(self._bucket, self._key, data, metadata={"dagconv-lock": "1"})

    def _find(self) -> tuple[Json, StoredObject] | None:
        there = self._world.store.head(self._bucket, self._key)
        if there is None:
            return None
        try:
            body: Json = json.loads(self._world.store.read(self._bucket, self._key, there.version_id))
        except ValueError:
            body = {}
        return body, there

    def _version(self) -> str | None:
        there = self._world.store.head(self._bucket, self._key)
        return there.version_id if there else None

    def _describe(self, body: Json) -> str:
        since = body.get("since")
        age = f"{self._world.clock.now() - since:.0f} s ago" if isinstance(since, int | float) else "at an unknown time"
        return f"held by {body.get('owner', 'somebody')} for {body.get('verb', 'a change')}, taken {age}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
