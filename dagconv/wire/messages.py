"""Whole messages on the pipes between host and server: calls one way, replies the other."""

from __future__ import annotations

from typing import BinaryIO

from dagconv.wire.frames import pack, read_frame, write_all
from dagconv.wire.reply import Message, decode_message, encode_message
from dagconv.wire.request import Call, decode_call, encode_call


def send_call(fd: int, call: Call) -> None:
    write_all(fd, pack(encode_call(call)))


def read_call(stream: BinaryIO) -> Call | None:
    """The next call; None at the end of the stream. Raises ValueError when it is malformed."""
    frame = read_frame(stream)
    return decode_call(frame[0]) if frame is not None else None


def send_message(fd: int, message: Message) -> None:
    write_all(fd, pack(*encode_message(message)))


def read_message(stream: BinaryIO) -> Message | None:
    """The next message; None at the end of the stream. Raises ValueError when it is malformed."""
    frame = read_frame(stream)
    return decode_message(*frame) if frame is not None else None
