"""Files that go with a definition, its code package and what that needs: placed together with it or not at all."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from dagconv.language.archive import MARK, ForeignArchiveError, read_archive
from dagconv.write.files import read_bytes

_CHECKSUM = re.compile(rb'\n "sha256": "([0-9a-f]{64})"\n}\n$')


@dataclass(frozen=True, slots=True)
class Companion:
    """One file beside a definition; `before` is what stands there."""

    path: str
    content: bytes
    before: bytes | None = None

    @property
    def is_same(self) -> bool:
        return self.before == self.content

    @property
    def is_foreign(self) -> bool:
        """Whether what stands there was not written by dagconv."""
        return self.before is not None and _mark_of(self.before) is None

    @property
    def is_edited(self) -> bool:
        """Whether what stands there was written by dagconv and changed since."""
        return self.before is not None and _mark_of(self.before) is False


def read_companion(path: Path, content: bytes) -> Companion:
    """Raises OSError."""
    return Companion(str(path), content, read_bytes(path))


def with_checksum(data: dict[str, object]) -> bytes:
    """JSON of an object with its own checksum as the last key, by which edits by hand are known."""
    text = json.dumps(data, indent=1, ensure_ascii=False)
    return f'{text[:-2]},\n "sha256": "{hashlib.sha256(text.encode()).hexdigest()}"\n}}\n'.encode()


def _mark_of(data: bytes) -> bool | None:
    """True of a file that dagconv wrote and that is as it was written, False of one changed since, else None."""
    if data.startswith(b"PK"):
        try:
            read_archive(data)
        except ForeignArchiveError:
            return False if f"{MARK} sha256:".encode() in data[-200:] else None
        return True
    found = _CHECKSUM.search(data)
    if found is None:
        return None
    text = data[: found.start()].removesuffix(b",") + b"\n}"
    return hashlib.sha256(text).hexdigest().encode() == found[1]
