"""A state in a bucket: journal and kept texts as objects that are written once, for colleagues to go on with."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

from dagconv.aws.services import CallError, Cause, World
from dagconv.deploy.deployment import S3Location
from dagconv.errors import UsageError

_URI = re.compile(r"s3://([^/\s]+)(?:/(.*))?")
_WRITER = "dagconv-writer"
_DIGITS = 8
_READERS = 16
_TRIES = 3


def bucket_place(uri: str) -> S3Location:
    """Bucket and prefix. Raises UsageError."""
    found = _URI.fullmatch(uri)
    if found is None:
        raise UsageError(f"--state {uri}: write s3://BUCKET/PREFIX")
    return S3Location(found[1], (found[2] or "").strip("/"))


def states_in(world: World, root: S3Location) -> set[str]:
    """The names of the states that have a journal. Raises CallError."""
    start = f"{root.key}/" if root.key else ""
    keys = (item.key.removeprefix(start) for item in world.store.listing(root.bucket, start))
    return {parts[0] for key in keys if len(parts := key.split("/")) == 3 and parts[1] == "journal"}


class BucketStorage:
    """`journal/00000001` and so on, each with the lines of one write and only if its number is free: of two writers
    that know nothing of one another the second stops. The kept texts lie beside it.
    """

    slow = True

    def __init__(self, world: World, root: S3Location, name: str) -> None:
        self._world = world
        self._bucket = root.bucket
        self._prefix = f"{root.key}/{name}/" if root.key else f"{name}/"
        self._writer = uuid.uuid4().hex
        self._last = 0
        self.place = f"s3://{self._bucket}/{self._prefix}"

    def read_journal(self) -> bytes:
        try:
            keys = self._journal_keys()
            with ThreadPoolExecutor(_READERS) as pool:
                pieces = list(pool.map(lambda key: self._world.store.read(self._bucket, key), keys))
        except CallError as error:
            raise UsageError(f"cannot read the journal {self.place}journal/: {error}") from error
        self._last = len(keys)
        return b"".join(pieces)

    def append_journal(self, data: bytes, size: int) -> None:  # noqa: ARG002 - an object is there whole or not at all
        key = f"{self._prefix}journal/{self._last + 1:0{_DIGITS}d}"
        try:
            self._write_once(key, data)
        except CallError as error:
            raise UsageError(f"cannot write the journal {self.place}journal/: {error}; nothing was called") from error
        self._last += 1

    def set_journal_aside(self) -> str | None:
        keys = self._keys("journal/")
        aside = f"damaged-{self._writer[:8]}/"
        for key in keys:
            body = self._world.store.read(self._bucket, key)
            self._write_once(self._prefix + aside + key.rsplit("/", 1)[-1], body)
        for key in keys:
            self._world.store.delete(self._bucket, key)
        return self.place + aside if keys else None

    def names(self) -> list[str]:
        return [key.removeprefix(self._prefix) for key in self._keys("plan-") + self._keys("deleted-")]

    def keep(self, name: str, text: str) -> None:
        try:
            self._world.store.put(self._bucket, self._prefix + name, text.encode(), metadata={_WRITER: self._writer})
        except CallError as error:
            if error.cause is not Cause.PRECONDITION:
                raise UsageError(f"cannot write {self.place}{name}: {error}") from error

    def recall(self, name: str) -> bytes | None:
        try:
            return self._world.store.read(self._bucket, self._prefix + name)
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                return None
            raise UsageError(f"cannot read {self.place}{name}: {error}") from error

    def _keys(self, start: str) -> list[str]:
        return sorted(item.key for item in self._world.store.listing(self._bucket, self._prefix + start))

    def _journal_keys(self) -> list[str]:
        """Raises UsageError where one is missing: what it held was done perhaps, and nobody knows."""
        keys = self._keys("journal/")
        for number, key in enumerate(keys, 1):
            if (wanted := f"{self._prefix}journal/{number:0{_DIGITS}d}") != key:
                raise UsageError(
                    f"s3://{self._bucket}/{wanted} is gone, so the journal is not trusted: restore it from its "
                    "version, or `migrate repair` sets the journal aside and reads the truth from AWS"
                )
        return keys

    def _write_once(self, key: str, data: bytes) -> None:
        """Raises UsageError where somebody else has written under that key, CallError."""
        for attempt in range(1, _TRIES + 1):
            try:
                self._world.store.put(self._bucket, key, data, metadata={_WRITER: self._writer})
                return
            except CallError as error:
                if error.cause not in (Cause.UNKNOWN, Cause.PRECONDITION):
                    raise
                there = self._world.store.head(self._bucket, key)
                if there is not None and there.metadata.get(_WRITER) == self._writer:
                    return  # a write whose answer was lost
                if there is not None:
                    raise UsageError(
                        f"somebody else writes to {self.place} at the same time; nothing more is called"
                    ) from error
                if attempt == _TRIES:
                    raise
