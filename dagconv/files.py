"""Files that are replaced as a whole and survive a loss of power: a reader sees the old or the new text, never half."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path


def write_atomically(path: Path, text: str, mode: int | None = None) -> None:
    """Writes by a temporary file in the same folder that takes the final name once it is safely on disk.

    Raises OSError and leaves what was there before. Without `mode` the permissions of a file in place are kept.
    """
    write_together({path: text.encode("utf-8")}, mode)


def write_together(files: Mapping[Path, bytes], mode: int | None = None) -> None:
    """Writes all of the files or none: all are safely on disk before the first takes its name.

    Raises OSError and leaves what was there before. Without `mode` the permissions of files in place are kept.
    """
    staged: dict[Path, Path] = {}
    placed: dict[Path, bytes | None] = {}
    try:
        for path, data in files.items():
            staged[path] = _stage(path, data, mode)
        for path, temporary in staged.items():
            before = path.read_bytes() if len(files) > 1 and path.exists() else None
            temporary.replace(path)
            placed[path] = before
    except BaseException:
        for temporary in staged.values():
            with contextlib.suppress(OSError):
                temporary.unlink()
        for path, before in placed.items():
            _restore(path, before)
        raise
    for folder in {path.parent for path in files}:
        sync_folder(folder)


def _stage(path: Path, data: bytes, mode: int | None) -> Path:
    if mode is None:
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    return Path(temporary)


def _restore(path: Path, before: bytes | None) -> None:
    with contextlib.suppress(OSError):
        if before is None:
            path.unlink()
        else:
            write_together({path: before})


def sync_folder(folder: Path) -> None:
    # The new name itself must survive a crash. Some file systems do not know how; the file is there all the same.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
