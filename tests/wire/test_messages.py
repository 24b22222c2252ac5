"""Messages between host and worker: what is sent is read, and what is cut, damaged or of another kind is refused."""

from __future__ import annotations

import io
import os
import threading

import pytest

from dagconv.ir import codec
from dagconv.wire import frames
from dagconv.wire.inputs import AwsReply, Inputs
from dagconv.wire.limits import Limits
from dagconv.wire.messages import read_call, read_message, send_call, send_message
from dagconv.wire.reply import End, Outcome, Ready, Replied, Reply
from dagconv.wire.request import Again, Call, Load, Preload, Reload, encode_call

BUCKETS = AwsReply("s3", "ListBuckets", {"MaxItems": 3}, {"Buckets": [{"Name": "orders"}]})
FULL = Inputs({"v": "1"}, {"c": "{}"}, {"E": "x"}, {"core.x": "y"}, (BUCKETS,), ("/dags",), ("/over",), True)
REQUESTS = [
    Preload(("airflow.providers.amazon.aws.hooks.s3",)),
    Load("/dags/é.py", "/dags", ("/dags", "/plugins"), 3.5, Limits()),
    Load("/d/a.py", "/d", (), 0.0, Limits(1, 64), FULL, Again(7, 86400.25), compat=False, asking=True),
    Reload("a: {}\n", Limits(2.5, 128), {"HOME": "<HOME of the service>"}),
]
MESSAGES = [
    Ready({"apache-airflow": "3.0.6"}),
    Replied(3, Reply(End(Outcome.DONE, exit=0), bytes(range(256)))),
    Replied(4, Reply(End(Outcome.DIED, 11, None, "café", "at line 3", True))),
]


class InParts(io.BytesIO):
    """As a pipe gives them: a byte at a time."""

    def read(self, size=-1):
        return super().read(min(size, 1))


def sent(send, *values):
    """The bytes on the pipe, however many."""
    reading, writing = os.pipe()

    def give():
        for value in values:
            send(writing, value)
        os.close(writing)

    sender = threading.Thread(target=give)
    sender.start()
    with os.fdopen(reading, "rb") as stream:
        data = stream.read()
    sender.join()
    return data


def test_calls_arrive_as_they_were_sent():
    calls = [Call(number, "0123", request) for number, request in enumerate(REQUESTS)]
    stream = InParts(sent(send_call, *calls))
    assert [read_call(stream) for _ in calls] == calls
    assert read_call(stream) is None


def test_messages_arrive_as_they_were_sent():
    stream = InParts(sent(send_message, *MESSAGES))
    assert [read_message(stream) for _ in MESSAGES] == MESSAGES
    assert read_message(stream) is None


@pytest.mark.parametrize(
    "data",
    [
        frames.pack({"versions": {}}, b"answer")[:-1],
        frames.pack({"versions": {}})[:-1],
        b"\xff" * 8 + b"rest",
        b"\0\0\0\2\0\0\0\0[]",
        frames.pack({}),
        frames.pack({"versions": {"airflow": 3}}),
        frames.pack({"end": {"outcome": "done"}}),
        frames.pack({"number": 1, "end": {"outcome": "splendid"}}),
        frames.pack({"number": 1, "end": {"outcome": "died", "exit": "zero"}}),
        frames.pack({"number": "1", "end": {"outcome": "died"}}),
    ],
)
def test_a_damaged_message_is_an_error(data):
    with pytest.raises(ValueError):  # noqa: PT011  # JSON's own error is one too
        read_message(io.BytesIO(data))


@pytest.mark.parametrize(
    "change",
    [
        {"Load": {}},
        {"Preload": {"modules": "a"}},
        {"Preload": {"modules": [], "more": 1}},
        {"Reboot": {}},
        {"number": None},
        {"mark": 3},
        {"more": True},
    ],
)
def test_a_call_of_another_shape_is_an_error(change):
    good = encode_call(Call(1, "0123", Preload(())))
    with pytest.raises(codec.DecodeError):
        read_call(io.BytesIO(frames.pack({**good, **change})))


def test_a_message_larger_than_a_pipe_arrives_whole():
    call = Call(1, "0123", Reload("x" * 300_000, Limits()))
    assert read_call(io.BytesIO(sent(send_call, call))) == call
