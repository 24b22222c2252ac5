"""Runs in progress: no workflow is deleted under one."""

from __future__ import annotations

from dagconv.aws.services import World
from dagconv.deploy.steps.step import StepRefusedError

_ACTIVE = frozenset({"STARTING", "QUEUED", "RUNNING", "STOPPING"})
_POLL = 15.0  # seconds


def active_run(world: World, arn: str) -> str | None:
    """The id of a run that has not ended."""
    for run in world.workflows.runs(arn):
        if run.get("RunDetailSummary", {}).get("Status") in _ACTIVE:
            return str(run.get("RunId"))
    return None


def wait_for_runs(world: World, name: str, arn: str, limit: float) -> None:
    """Waits at most `limit` seconds. Raises StepRefusedError when a run is still going on then."""
    waited = 0.0
    while (run := active_run(world, arn)) is not None:
        if waited >= limit:
            raise StepRefusedError(f"{name} has a run going on ({run}); stop it, or wait for it with --wait")
        world.say(f"          waiting for run {run} of {name}")
        world.clock.sleep(_POLL)
        waited += _POLL
