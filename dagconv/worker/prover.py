"""A child that stays: reads back one definition after the other, all of dagconv's own making, until it is renewed.

No code of the user's runs in it. What a definition leaves behind in the process is taken away before the next.
"""

from __future__ import annotations

import faulthandler
import os
import shutil
from typing import BinaryIO, NoReturn

from dagconv.wire.frames import write_all
from dagconv.wire.messages import read_call
from dagconv.wire.request import Call, Reload
from dagconv.worker.child import framed
from dagconv.worker.job import answer_request
from dagconv.worker.noticed import OBSERVATIONS
from dagconv.worker.read.twin import forget_twins
from dagconv.worker.record import RECORDER


def prove_on(first: Call, calls: BinaryIO, result: int, trace: int) -> NoReturn:
    """Answers the first call and all that follow it on the pipe, to the end of the server."""
    call: Call | None = first
    while call is not None and isinstance(call.request, Reload):
        before = dict(os.environ)
        faulthandler.dump_traceback_later(max(call.request.limits.timeout - 0.3, 0.1), file=trace)
        answer = answer_request(call.request, trace)
        faulthandler.cancel_dump_traceback_later()
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
        _forget()
        write_all(result, framed(answer, call.mark.encode()))
        call = read_call(calls)
    os._exit(0)


def _forget() -> None:
    from airflow.sdk.definitions._internal.contextmanager import DagContext

    DagContext.autoregistered_dags.clear()
    RECORDER.forget()
    OBSERVATIONS.forget()
    forget_twins()
    shutil.rmtree("definition", ignore_errors=True)
