"""The archive of a package: the same files give the same bytes on any machine, and its comment tells a changed one.

Entries are sorted, of one time, and stored uncompressed: what a compressor makes differs between its versions.
"""

from __future__ import annotations

import enum
import hashlib
import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

MARK = "dagconv code package"
ENTRIES = b'"""What the tasks of the workflow '  # how the module of entries begins
MAX_BYTES = 250 * 1024 * 1024  # contract 3.2
_TIME = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package; `path` is relative to its root, with slashes."""

    path: str
    content: bytes
    executable: bool = False


class Mark(enum.Enum):
    """What the comment of an archive tells: dagconv wrote it and it is as it was, it was changed since, or neither."""

    INTACT = "intact"
    CHANGED = "changed"
    FOREIGN = "foreign"


class ForeignArchiveError(ValueError):
    """The bytes are no package that dagconv wrote, or no longer the one that it wrote."""


class TooLargeArchiveError(ForeignArchiveError):
    """The files hold more than a package may."""


# What zipfile and the decompressors below it raise for bytes that are damaged, encrypted or of an unknown method.
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError)
_BROKEN_INSIDE = (zlib.error, lzma.LZMAError, struct.error, ValueError, OverflowError)


def write_archive(files: Mapping[str, PackageFile]) -> bytes:
    """The bytes of a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            file = files[path]
            info = zipfile.ZipInfo(path, _TIME)
            info.create_system = 3  # Unix: the mode counts
            info.external_attr = (stat.S_IFREG | (0o755 if file.executable else 0o644)) << 16
            archive.writestr(info, file.content)
        archive.comment = f"{MARK} sha256:{digest(files)}".encode()
    return buffer.getvalue()


def read_archive(data: bytes) -> dict[str, PackageFile]:
    """The files of a package. Raises ForeignArchiveError unless they are as they were written."""
    files, mark = open_archive(data)
    if mark is Mark.FOREIGN:
        raise ForeignArchiveError("it does not bear the mark of dagconv")
    if mark is Mark.CHANGED:
        raise ForeignArchiveError("its files were changed after it was written")
    return files


def open_archive(data: bytes) -> tuple[dict[str, PackageFile], Mark]:
    """The files of any zip file. Raises ForeignArchiveError for what is none, or holds more than a package may."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            comment = archive.comment.decode("utf-8", "replace")
            if sum(info.file_size for info in archive.infolist()) > MAX_BYTES:
                raise TooLargeArchiveError(f"it holds more than {MAX_BYTES} bytes")
            files = {info.filename: _read_file(archive, info) for info in archive.infolist()}
    except ForeignArchiveError:
        raise
    except (*_BROKEN, *_BROKEN_INSIDE) as error:
        raise ForeignArchiveError(f"it is no zip file: {error}") from error
    if not comment.startswith(f"{MARK} "):
        return files, Mark.FOREIGN
    return files, Mark.INTACT if comment == f"{MARK} sha256:{digest(files)}" else Mark.CHANGED


def _read_file(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> PackageFile:
    return PackageFile(info.filename, archive.read(info), bool((info.external_attr >> 16) & stat.S_IXUSR))


def digest(files: Mapping[str, PackageFile]) -> str:
    """SHA-256 over names, modes and contents, each with its length, in order."""
    whole = hashlib.sha256()
    for path in sorted(files):
        file = files[path]
        for part in (path.encode(), b"x" if file.executable else b"-", file.content):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()
