"""What a task that is enacted finds outside itself: clock, AWS, Variables, programs and files are stood in for."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dagconv.ir.rendering import Occasion
from dagconv.worker import aws_replies, isolation
from dagconv.worker.enact.replies import made_up
from dagconv.worker.render.render import repeatable
from dagconv.worker.render.values import value_of
from dagconv.worker.supplied import INPUTS

# Times that a task may sleep: one that waits for something that never comes ends by this.
MAX_SLEEPS = 200
_KINDS = ("text", "number", "list", "mapping", "nested", "none")


class StillWaitingError(RuntimeError):
    """A task sleeps again and again."""


class MadeUp(dict[str, str]):
    """Variables, each with a text made from its name unless it was supplied; none further for the kind `none`."""

    def __init__(self, given: Mapping[str, str], kind: str) -> None:
        super().__init__(given)
        self.kind = kind

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or self.kind != "none"

    def __missing__(self, name: str) -> str:
        if self.kind == "none":
            raise KeyError(name)
        return f"{name}-text" if self.kind == "text" else json.dumps(value_of(self.kind, name))


@contextlib.contextmanager
def stood_in(occasion: Occasion, calls: list[str]) -> Iterator[None]:
    """In a process that runs one attempt of one task and ends after it: nothing is put back."""
    import time_machine

    home = Path.cwd()
    seed = _KINDS.index(occasion.values)
    INPUTS.given = replace(INPUTS.given, variables=MadeUp(INPUTS.given.variables, occasion.values))
    isolation.confine(lambda what, params: calls.append(_tried(what, params)), home)
    aws_replies.STAND_IN.note = calls.append
    aws_replies.STAND_IN.reply = lambda client, operation, _: made_up(client, operation, seed)
    _stand_in_for_commands(calls)
    with repeatable(), time_machine.travel(occasion.start, tick=False) as traveller:
        _stand_in_for_sleep(traveller)
        yield


def _tried(what: str, params: Mapping[str, Any]) -> str:
    kind = what.partition("-")[0]
    return f"tries the {kind}: {' '.join(map(str, params.values()))}"


def _stand_in_for_sleep(traveller: Any) -> None:
    clock: Any = time
    slept = [0.0, 0.0]
    monotonic = time.monotonic

    def sleep(seconds: float) -> None:
        slept[0] += 1
        slept[1] += seconds
        if slept[0] > MAX_SLEEPS:
            raise StillWaitingError("the task sleeps again and again")
        traveller.shift(seconds)

    clock.sleep = sleep
    clock.monotonic = lambda: monotonic() + slept[1]


def _stand_in_for_commands(calls: list[str]) -> None:
    """Commands of Bash tasks are noted and answered with a line."""
    from airflow.providers.standard.hooks.subprocess import SubprocessHook, SubprocessResult

    before = dict(os.environ)

    def run_command(
        self: Any, command: list[str], env: Mapping[str, str] | None = None, *_: Any, cwd: str | None = None, **__: Any
    ) -> Any:
        del self
        own = {name: value for name, value in sorted((env or {}).items()) if before.get(name) != value}
        own = {name: value for name, value in own.items() if not name.startswith("AIRFLOW_CTX_")}
        bare = "" if env is None or any(name in env for name in ("PATH", "HOME")) else " alone"
        calls.append(f"runs {json.dumps(command[1:])} with {json.dumps(own)}{bare} in {cwd}")
        return SubprocessResult(exit_code=0, output=f"output of {len(command[-1])} characters")

    SubprocessHook.run_command = run_command
