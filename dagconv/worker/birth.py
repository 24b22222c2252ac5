"""How a forked process becomes a child: closed off, within its limits, with its answer as the last that it says."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

from dagconv.wire.frames import write_all
from dagconv.wire.limits import Limits
from dagconv.wire.request import Call
from dagconv.worker import isolation
from dagconv.worker.child import MAX_DEFINITIONS, framed
from dagconv.worker.job import answer_request
from dagconv.worker.prover import prove_on

# User code may replace these.
_exit, _getpid = os._exit, os.getpid
# Objects that a child makes before garbage is looked for: most files make fewer.
_GARBAGE = 10_000


class Ends(NamedTuple):
    """Of pipes: where the answer and all output go, and both ends of the one that brings further calls, if any."""

    result: int
    output: int
    calls: tuple[int, ...]


def become(call: Call, limits: Limits, home: Path, trace: Path, ends: Ends, leave: Callable[[], None]) -> NoReturn:
    """`leave` closes what belongs to the server."""
    pid, code = _getpid(), 1
    try:
        gc.enable()
        gc.set_threshold(_GARBAGE)
        leave()
        log = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        timeout = limits.timeout * (MAX_DEFINITIONS if ends.calls else 1)
        isolation.enter(home, log, timeout, limits.memory_mb, ends.output)
        if ends.calls:
            os.close(ends.calls[1])
            prove_on(call, os.fdopen(ends.calls[0], "rb", buffering=0), ends.result, log)
        answer = answer_request(call.request, log)
        # A copy that user code forked and let run on has nothing to say.
        if _getpid() == pid:
            write_all(ends.result, framed(answer, call.mark.encode()))
            code = 0
    finally:
        _exit(code)
