"""The folder of kept results: files that only this user can have written, replaced as a whole, within a bound."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 256 * 1024 * 1024
MAX_ENTRY = 16 * 1024 * 1024
_SUFFIX, _UNFINISHED, _KEY, _TAG = ".result", ".unfinished", "key", "CACHEDIR.TAG"
_KEY_BYTES = 32
_HOUR = 3600.0
# https://bford.info/cachedir/: backups leave such a folder out.
_TAG_TEXT = (
    "Signature: 8a477f597d28d172789f06886806bc55\n# Results of dagconv; `dag-converter cache clean` empties it.\n"
)


class UnusableError(Exception):
    """The folder cannot be used; its text says why."""


def cache_place() -> Path:
    """Where results are kept: $XDG_CACHE_HOME or ~/.cache (XDG Base Directory Specification)."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if os.path.isabs(home) else Path.home() / ".cache") / "dagconv" / "results"  # noqa: PTH117


@dataclass(frozen=True, slots=True)
class Usage:
    """How many results there are, and their bytes."""

    results: int
    size: int


@dataclass(frozen=True, slots=True)
class CacheFolder:
    """`key` authenticates what stands in the folder; it never leaves the machine."""

    path: Path
    key: bytes

    def keyed(self, data: bytes) -> str:
        """A digest from which nobody without the key can tell the data."""
        return hmac.new(self.key, data, hashlib.sha256).hexdigest()

    def read(self, name: str) -> bytes | None:
        """What was written under the name; None for what is missing, damaged or of somebody else."""
        try:
            data = _read_own(self.path / f"{name}{_SUFFIX}", MAX_ENTRY)
        except OSError:
            return None
        told, _, content = data.partition(b"\n")
        return content if hmac.compare_digest(told, self._mark(name, content)) else None

    def touch(self, name: str) -> None:
        """It is in use: what is not goes first."""
        with contextlib.suppress(OSError):
            os.utime(self.path / f"{name}{_SUFFIX}")

    def write(self, name: str, content: bytes) -> None:
        """Raises OSError. A reader sees all of it or nothing."""
        data = self._mark(name, content) + b"\n" + content
        if len(data) > MAX_ENTRY:
            return
        handle, temporary = tempfile.mkstemp(_UNFINISHED, dir=self.path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).replace(self.path / f"{name}{_SUFFIX}")
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise

    def trim(self, limit: int = MAX_BYTES) -> None:
        """Removes what was not used for longest when there is too much, and what killed calls have left."""
        found = sorted((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in _entries(self.path))
        total = sum(size for _, size, _ in found)
        goal = limit * 3 // 4 if total > limit else total
        for used, size, path in found:
            if total > goal or (path.endswith(_UNFINISHED) and used < time.time() - _HOUR):
                with contextlib.suppress(OSError):
                    Path(path).unlink()
                total -= size

    def _mark(self, name: str, content: bytes) -> bytes:
        return self.keyed(name.encode() + b"\n" + content).encode()


def open_cache(path: Path | None = None) -> CacheFolder:
    """The folder, made where there is none. Raises UnusableError."""
    try:
        path = path or cache_place()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_foreign(path)
        if not (path / _TAG).exists():
            with contextlib.suppress(OSError):
                (path / _TAG).write_text(_TAG_TEXT, encoding="utf-8")
        return CacheFolder(path, _key_of(path))
    except (OSError, RuntimeError) as error:  # the latter where there is no home
        raise UnusableError(getattr(error, "strerror", None) or str(error)) from error


def usage() -> Usage:
    """Of the folder as it is; nothing is made."""
    sizes = [entry.stat().st_size for entry in _entries(cache_place()) if entry.name.endswith(_SUFFIX)]
    return Usage(len(sizes), sum(sizes))


def clean() -> Usage:
    """Empties the folder; what was in it. Raises OSError, and UnusableError for a folder of somebody else."""
    before, path = usage(), cache_place()
    if path.is_symlink() or path.exists():
        _refuse_foreign(path)
    for entry in _entries(path):
        with contextlib.suppress(FileNotFoundError):
            Path(entry.path).unlink()
    (path / _KEY).unlink(missing_ok=True)
    return before


def _entries(path: Path) -> Iterator[os.DirEntry[str]]:
    """Results and unfinished ones that are still there."""
    try:
        with os.scandir(path) as listing:
            for entry in listing:
                if entry.name.endswith((_SUFFIX, _UNFINISHED)) and entry.is_file(follow_symlinks=False):
                    with contextlib.suppress(FileNotFoundError):
                        entry.stat()
                        yield entry
    except FileNotFoundError:
        return


def _refuse_foreign(path: Path) -> None:
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise UnusableError("it is no folder")
    if status.st_uid != os.geteuid():
        raise UnusableError("it belongs to another user")
    if status.st_mode & 0o077:
        raise UnusableError("others than its owner may look into it")


def _key_of(path: Path) -> bytes:
    """The folder's key; of several calls that make one at once all use the first."""
    place = path / _KEY
    if not place.exists() and not place.is_symlink():
        handle, temporary = tempfile.mkstemp(_UNFINISHED, dir=path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
            with contextlib.suppress(FileExistsError):
                os.link(temporary, place)
        finally:
            Path(temporary).unlink()
    key = _read_own(place, _KEY_BYTES + 1)
    if len(key) != _KEY_BYTES:
        raise UnusableError("its key is damaged")
    return key


def _read_own(path: Path, limit: int) -> bytes:
    """A regular file of this user. Raises OSError."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            raise PermissionError("not a file of this user")
        return file.read(limit)
