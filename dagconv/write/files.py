"""Reads single output files that are in place."""

from __future__ import annotations

import stat
from pathlib import Path


def read_text(path: Path) -> str | None:
    """The text of an output in place, None when there is none. Raises OSError as `read_bytes` does."""
    data = read_bytes(path)
    return None if data is None else data.decode("utf-8", "replace")


def read_bytes(path: Path) -> bytes | None:
    """What stands in an output's place, None when nothing does.

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
    return path.read_bytes()
