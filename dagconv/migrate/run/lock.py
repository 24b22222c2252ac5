"""Two locks around every change: one on the state folder, freed by the system, one in the bucket for other machines."""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

from dagconv.aws.services import CallError, Cause, Json, StoredObject, World
from dagconv.deploy.deployment import S3Location
from dagconv.deploy.remote import Owner
from dagconv.errors import UsageError
from dagconv.migrate.plan.planfile import write_private

_LONGEST_CALL = 24 * 3600.0  # seconds


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
        handle.write(holder())
        handle.flush()
        yield


def lock_place(owner: Owner, environment_bucket: str) -> S3Location:
    """Where the lock of a migration lies; `environment_bucket` is empty where there is no environment."""
    return S3Location(environment_bucket or owner.bucket, f"dagconv/lock/{owner.name}.json")


def holder() -> str:
    return f"{_user()}@{socket.gethostname()} pid {os.getpid()}"


class BucketLock:
    """A lock object that is written only if it is absent (docs/faults.md 8).

    It lies in the environment's own bucket, or in the migration's where there is none: whoever works on the same
    migration meets it there. Where that bucket cannot be written this is said, and the tags alone decide. Its
    token lies in the state folder while we hold it, so that a call of ours that was killed is known again,
    and neither another machine nor an older copy of the folder passes for it. `folder` is None for `free` alone.
    """

    def __init__(self, world: World, place: S3Location, folder: Path | None) -> None:
        self._world = world
        self._place = place
        self._bucket = place.bucket
        self._key = place.key
        self._token_file = folder / "lock-token" if folder is not None else None

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
                self.drop_own()

    def drop_own(self) -> None:
        """Frees the lock if it is ours; somebody may have taken it after `unlock`."""
        token = self._token()
        found = self._find() if token else None
        if found is not None and found[0].get("token") == token:
            self._world.store.delete(self._bucket, self._key, found[1].version_id)
        if self._token_file is not None:
            self._token_file.unlink(missing_ok=True)

    def perhaps_alive(self) -> str | None:
        """Who holds the lock, if that call may still run: its process is on this machine, or on another one where
        nobody can look and the lock is not a day old. Clocks that differ make it younger, never older.
        """
        found = self._find()
        if found is None:
            return None
        body, age = found[0], self._age(found[0])
        if body.get("host") == socket.gethostname() and isinstance(pid := body.get("pid"), int):
            alive = _runs(pid)
        else:
            alive = age is None or age < _LONGEST_CALL
        return str(body.get("owner", "somebody")) if alive else None

    def free(self) -> str | None:
        """Removes whatever lock is there; says whose it was, None when there is none."""
        found = self._find()
        if found is None:
            return None
        self._world.store.delete(self._bucket, self._key, found[1].version_id)
        return self._describe(found[0])

    def _take(self, verb: str) -> None:
        token = self._token() or self._new_token()
        body: Json = {
            "owner": holder(), "host": socket.gethostname(), "pid": os.getpid(), "token": token, "verb": verb,
            "since": self._world.clock.now(),
        }  # fmt: skip
        for _ in range(3):
            try:
                self._write(body)
                return
            except CallError as error:
                if error.cause is Cause.DENIED:
                    self._world.say(f"warning: {self._place} cannot be written: no lock keeps other calls away")
                    return
                if error.cause not in (Cause.PRECONDITION, Cause.UNKNOWN):
                    raise
            found = self._find()
            if found is None:
                continue
            if found[0].get("token") == token:
                return  # a call of ours that was killed, or a write whose answer was lost
            self.drop_own()
            raise UsageError(
                f"{self._place} is locked: {self._describe(found[0])}; "
                "if that call is certainly dead, `migrate unlock` frees it"
            )
        raise UsageError(f"the lock {self._place} cannot be taken: it keeps appearing and vanishing")

    def _token(self) -> str:
        if self._token_file is None or not self._token_file.exists():
            return ""
        return self._token_file.read_text(encoding="utf-8").strip()

    def _new_token(self) -> str:
        token = uuid.uuid4().hex
        if self._token_file is not None:
            write_private(self._token_file, token)
        return token

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

    def _describe(self, body: Json) -> str:
        age = self._age(body)
        said = "at an unknown time" if age is None else f"{age:.0f} s ago"
        if age is not None and age < 0:
            said = f"{-age:.0f} s from now (its clock or this one is wrong)"
        return f"held by {body.get('owner', 'somebody')} for {body.get('verb', 'a change')}, taken {said}"

    def _age(self, body: Json) -> float | None:
        since = body.get("since")
        return self._world.clock.now() - since if isinstance(since, int | float) else None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
