"""Messages between host and worker: written by one side, read by the other, and refused when they are cut."""

from __future__ import annotations

import io
import os
import threading

import pytest

from dagconv.load import process
from dagconv.worker import frames


class InParts(io.BytesIO):
    """As a pipe gives them: a byte at a time."""

    def read(self, size=-1):
        return super().read(min(size, 1))


def test_what_is_packed_is_read():
    header, blob = {"id": 7, "text": "café"}, bytes(range(256))
    stream = io.BytesIO(frames.pack(header, blob) + frames.pack({}))
    assert frames.read_frame(stream) == (header, blob)
    assert frames.read_frame(stream) == ({}, b"")
    assert frames.read_frame(stream) is None


def test_parts_are_put_together():
    assert frames.read_frame(InParts(frames.pack({"id": 1}, b"answer"))) == ({"id": 1}, b"answer")


@pytest.mark.parametrize(
    "data",
    [
        frames.pack({"id": 1}, b"answer")[:-1],
        frames.pack({"id": 1})[:-1],
        b"\xff" * 8 + b"rest",
        b"\0\0\0\2\0\0\0\0[]",
    ],
)
def test_a_damaged_message_is_an_error_on_both_sides(data):
    with pytest.raises(ValueError):  # noqa: PT011  # JSON's own error is one too
        frames.read_frame(io.BytesIO(data))
    with pytest.raises(ValueError):  # noqa: PT011
        process._receive(io.BytesIO(data))


def test_the_host_reads_and_writes_the_same_form():
    header, blob = {"id": 7, "outcome": "done"}, b"answer"
    assert process._receive(io.BytesIO(frames.pack(header, blob))) == (header, blob)
    reading, writing = os.pipe()
    sender = threading.Thread(target=lambda: (process._send(writing, {"text": "x" * 300_000}), os.close(writing)))
    sender.start()
    with os.fdopen(reading, "rb", buffering=0) as stream:
        assert frames.read_frame(stream) == ({"text": "x" * 300_000}, b"")
        assert frames.read_frame(stream) is None
    sender.join()
