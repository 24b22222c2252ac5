"""The server without Airflow: whole and torn answers, and a machine without room for another process."""

from __future__ import annotations

import errno
import io
import os
import struct

import pytest

from dagconv.errors import InternalError
from dagconv.load.server_process import ServerProcess
from dagconv.wire.answer import decode_answer
from dagconv.wire.limits import Limits
from dagconv.wire.messages import read_message, send_call
from dagconv.wire.reply import End, Outcome, Reply
from dagconv.wire.request import Call, Preload, Reload
from dagconv.worker.child import Child
from dagconv.worker.job import answer_request
from dagconv.worker.server import Server

MARK = "0123456789abcdef"
CALL = Call(5, MARK, Reload("", Limits(1)))
ANSWER = b'{"version": 1}'
WHOLE = MARK.encode() + struct.pack(">I", len(ANSWER)) + ANSWER + MARK.encode()


def child(result, tmp_path):
    return Child(CALL, 1, tmp_path, tmp_path, 0.0, 0.0, set(), bytearray(result))


def test_an_answer_counts_between_its_marks(tmp_path):
    assert child(WHOLE, tmp_path).answer() == ANSWER


@pytest.mark.parametrize("length", range(0, len(WHOLE), 3))
def test_a_torn_answer_is_none(length, tmp_path):
    assert child(WHOLE[:length], tmp_path).answer() is None


@pytest.mark.parametrize("result", [b"x" + WHOLE, WHOLE + b"x", WHOLE + WHOLE, ANSWER])
def test_an_answer_with_anything_around_it_is_none(result, tmp_path):
    assert child(result, tmp_path).answer() is None


def test_a_machine_without_room_is_said(tmp_path, monkeypatch):
    def fork():
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fork)
    open_before = len(os.listdir("/dev/fd"))  # noqa: PTH208
    requests_read, requests_write = os.pipe()
    replies_read, replies_write = os.pipe()
    send_call(requests_write, CALL)
    os.close(requests_write)
    with os.fdopen(requests_read, "rb", buffering=0) as requests, os.fdopen(replies_read, "rb") as replies:
        server = Server(requests, replies_write, tmp_path)
        server.serve()
        server.selector.close()
        os.close(replies_write)
        replied = read_message(io.BytesIO(replies.read()))
    assert (replied.number, replied.reply.end.outcome) == (5, Outcome.UNSTARTED)
    assert "temporarily unavailable" in replied.reply.end.output
    assert len(os.listdir("/dev/fd")) == open_before  # noqa: PTH208


@pytest.mark.parametrize("outcome", [Outcome.UNSTARTED, Outcome.CLOSED])
def test_what_the_file_cannot_help_is_no_finding_about_it(outcome, tmp_path, monkeypatch):
    class Stub(ServerProcess):
        def _start(self, hash_seed):
            self._requests, self._replies = os.open(os.devnull, os.O_WRONLY), None

    def send(fd, call):
        worker._waiting[call.number].put(Reply(End(outcome, output="no room")))

    worker = Stub(0)
    monkeypatch.setattr("dagconv.load.server_process.send_call", send)
    monkeypatch.setattr(worker, "_process", type("Gone", (), {"poll": lambda self: None})(), raising=False)
    with pytest.raises(InternalError):
        worker.ask(CALL.request)
    worker._log.close()
    worker._home.cleanup()


def test_a_fault_of_the_reader_is_an_answer():
    answer = decode_answer(answer_request(Preload(()), trace=-1))
    assert (answer.failed, answer.dags) == (True, ())
    (finding,) = answer.findings
    assert finding.slug == "description-failed"
    assert finding.params["error"] == "ValueError: a child preloads nothing"
