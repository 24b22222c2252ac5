"""Reads the lines of a source file, for code frames and for comments that speak to dagconv."""

from __future__ import annotations

import functools
import io
import tokenize
from pathlib import Path

_READ_LIMIT = 16 * 1024 * 1024


def read_source_lines(path: str) -> list[str] | None:
    """The lines of a source file for a code frame, split where Python splits them; None when it cannot be read."""
    file = Path(path).absolute()
    try:
        if not file.is_file():
            return None
        status = file.stat()
        return _read_lines(file, (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    except OSError:
        return None


@functools.lru_cache(maxsize=16)
def _read_lines(file: Path, state: tuple[int, int, int, int]) -> list[str] | None:
    """As the file was in this state; a call may go on while it is edited. Raises OSError."""
    if state[1] > _READ_LIMIT:
        return None
    data = file.read_bytes()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except (SyntaxError, LookupError):
        encoding = "utf-8"
    return data.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
