"""The framing of messages: a JSON header and a blob, each with its length before it."""

from __future__ import annotations

import json
import os
import struct
from typing import Any, BinaryIO

_write = os.write  # user code may replace it
MAX_FRAME = 256 * 1024 * 1024
_LENGTHS = struct.Struct(">II")


def pack(header: dict[str, Any], blob: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return _LENGTHS.pack(len(text), len(blob)) + text + blob


def write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[_write(fd, view) :]


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next message; None at the end of the stream. Raises ValueError when it is malformed."""
    prefix = _read(stream, _LENGTHS.size)
    if len(prefix) < _LENGTHS.size:
        return None
    header_length, blob_length = _LENGTHS.unpack(prefix)
    if header_length > MAX_FRAME or blob_length > MAX_FRAME:
        raise ValueError("a message is too long")
    header = json.loads(_read(stream, header_length))
    blob = _read(stream, blob_length)
    if not isinstance(header, dict) or len(blob) < blob_length:
        raise ValueError("a message is cut off")
    return header, blob


def _read(stream: BinaryIO, size: int) -> bytes:
    """As many bytes as asked for, unless the stream ends; an unbuffered stream gives them in parts."""
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
