"""Follows a run to its end and says each change with its last log lines; stops the run where the caller gives up
(docs/faults.md 55).
"""

from __future__ import annotations

from dagconv.aws.services import CallError, Json, World
from dagconv.operate.logs import last_lines
from dagconv.operate.runs import Attempt, Follower, RunState, news, start_run

_LINES = 5
_WITH_LINES = frozenset({"SUCCESS", "FAILED", "UP_FOR_RETRY"})


def watch_run(world: World, arn: str, parameters: Json, timeout: float) -> RunState:
    """Follows a new run to its end; stops it on Ctrl-C and after `timeout` seconds. Raises CallError."""
    run_id = start_run(world, arn, parameters)
    world.say(f"run {run_id} started")
    teller = _Teller(world, arn)
    try:
        state = Follower(world, arn, run_id).follow(teller.tell, timeout)
    except KeyboardInterrupt:
        world.say(f"stopping run {run_id}")
        world.workflows.stop_run(arn, run_id)
        raise
    if state.ended:
        return state
    world.workflows.stop_run(arn, run_id)
    return RunState(run_id, "TIMEOUT", f"stopped after {timeout:.0f} s of watching", state.attempts)


class _Teller:
    def __init__(self, world: World, arn: str) -> None:
        self._world, self._arn = world, arn
        self._before: RunState | None = None

    def tell(self, now: RunState) -> None:
        told = {(one.task, one.number): one.status for one in self._before.attempts} if self._before else {}
        for line in news(self._before, now):
            self._world.say(f"  {line}")
        for one in now.attempts:
            if told.get((one.task, one.number)) != one.status and one.status in _WITH_LINES:
                for line in self._lines(one):
                    self._world.say(f"      {line}")
        self._before = now

    def _lines(self, attempt: Attempt) -> list[str]:
        try:
            return last_lines(self._world, self._arn, attempt, _LINES)
        except CallError as error:
            return [f"(log not readable: {error.cause.value})"]
