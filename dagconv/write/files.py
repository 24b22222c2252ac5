"""Reads and writes single output files so that a reader sees the old or the new text, never half of one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def read_text(path: Path) -> str | None:
    """The text of an output in place, None when there is none.

    Raises OSError when it cannot be read or is no regular file: a pipe must not block, a folder is no output.
    """
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "something that is no regular file stands in its place")
    return path.read_bytes().decode("utf-8", "replace")


def write_atomically(path: Path, text: str) -> None:
    """Writes by a temporary file in the same folder that takes the final name once it is safely on disk.

    Raises OSError and leaves what was there before; the permissions of a file in place are kept.
    """
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(path.parent)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _sync_folder(folder: Path) -> None:
    # The new name itself must survive a crash. Some file systems do not know how; the file is there all the same.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
