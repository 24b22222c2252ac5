"""Where a state lies: a folder of this machine, or a bucket that colleagues share; journal and kept texts alike."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from dagconv.errors import UsageError
from dagconv.files import sync_folder
from dagconv.migrate.plan.planfile import write_private

JOURNAL = "journal.jsonl"


class Storage(Protocol):
    """One writer at a time: whoever appends holds the locks. `place` is how people call it.

    `slow` storages are written in few and larger pieces. All methods raise UsageError for a place that cannot be
    read or written.
    """

    place: str
    slow: bool

    def read_journal(self) -> bytes: ...

    def append_journal(self, data: bytes, size: int) -> None:
        """Writes behind the first `size` bytes, and returns when it is there to stay. What lies behind them, a line
        that was torn, goes.
        """

    def set_journal_aside(self) -> str | None:
        """Where a damaged journal is now; None when there is none."""

    def names(self) -> list[str]:
        """Of the kept texts."""
        ...

    def keep(self, name: str, text: str) -> None:
        """Each name follows from the text, so that one that is there is never another."""

    def recall(self, name: str) -> bytes | None: ...


class FolderStorage:
    """Files that only their owner can read."""

    slow = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._journal = folder / JOURNAL
        self.place = str(folder)

    def read_journal(self) -> bytes:
        try:
            return self._journal.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise UsageError(f"cannot read the journal {self._journal}: {error.strerror}") from error

    def append_journal(self, data: bytes, size: int) -> None:
        try:
            self._append(data, size)
        except OSError as error:
            raise UsageError(
                f"cannot write the journal {self._journal}: {error.strerror}; nothing was called"
            ) from error

    def set_journal_aside(self) -> str | None:
        if not self._journal.exists():
            return None
        number = 1
        while (target := self._journal.with_suffix(f".damaged-{number}")).exists():
            number += 1
        return str(self._journal.rename(target))

    def names(self) -> list[str]:
        return sorted(path.name for kind in ("plan", "deleted") for path in self._folder.glob(f"{kind}-*.json"))

    def keep(self, name: str, text: str) -> None:
        write_private(self._folder / name, text)

    def recall(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None

    def _append(self, data: bytes, size: int) -> None:
        fresh = not self._journal.exists()
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size > size:
                os.ftruncate(descriptor, size)
            written = 0
            while written < len(data):
                written += os.write(descriptor, data[written:])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if fresh:
            sync_folder(self._folder)
