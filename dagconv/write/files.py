"""Reads single output files that are in place."""

from __future__ import annotations

import stat
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
