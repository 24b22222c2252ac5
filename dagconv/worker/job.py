"""What a child does between its start and its end: the request's job, or words about why it failed."""

from __future__ import annotations

from dagconv.wire.answer import Answer, Finding, encode_answer, failure
from dagconv.wire.request import Load, Preload, Reload, Request
from dagconv.worker import complain
from dagconv.worker.reads import READS
from dagconv.worker.reload import reload
from dagconv.worker.source import load


def answer_request(request: Request, trace: int) -> bytes:
    """The answer of a child; a reader that fails says so instead of dying, which would look like an exit. The file
    `trace` takes where the child stands when it ends otherwise."""
    try:
        return encode_answer(_run(request, trace), READS.finish())
    except BaseException as error:  # noqa: BLE001  # this is the end of the process
        try:
            return encode_answer(complain.describe_failure(error), READS.finish())
        except BaseException:  # noqa: BLE001  # user code has replaced what describing takes
            return _LAST_WORDS


_NO_WORDS = {"error": "an exception that cannot be described", "where": "?"}
_LAST_WORDS = encode_answer(failure(Finding("description-failed", _NO_WORDS)))


def _run(request: Request, trace: int) -> Answer:
    match request:
        case Load():
            return load(request, trace)
        case Reload():
            return reload(request, trace)
        case Preload():
            raise ValueError("a child preloads nothing")
