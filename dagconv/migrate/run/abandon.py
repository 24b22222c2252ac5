"""Gives up a run that was cut off: what it made stays, is known to rollback, and a new plan may follow."""

from __future__ import annotations

from dagconv.aws.services import World
from dagconv.deploy.steps.step import StepKey
from dagconv.migrate.run.journal import Run
from dagconv.migrate.run.lock import BucketLock, local_lock
from dagconv.migrate.run.records import ApplyRun, End, Note, StepDone
from dagconv.migrate.run.state import State


def what_stands(world: World, run: Run) -> dict[StepKey, bool]:
    """The steps that were begun, and whether each has had its effect. Raises CallError where nobody can say."""
    return {
        key: recorded.outcome is not None or recorded.step.settle(world) is not None
        for key, recorded in run.steps.items()
    }


def abandon(world: World, state: State, applied: ApplyRun, run_id: str) -> bool:
    """Whether the run was still to be given up. Raises UsageError while somebody holds a lock, CallError."""
    with local_lock(state.folder), BucketLock(world, applied.lock, state.folder).held("apply --abandon"):
        journal = state.journal()
        run = journal.unfinished()
        if run is None or run.id != run_id:
            return False
        for key, recorded in run.steps.items():
            if recorded.outcome is None and (outcome := recorded.step.settle(world)) is not None:
                journal.write(StepDone(run.id, key, outcome))
        journal.write(Note(run.id, "given up"))
        journal.write(End(run.id, stopped="given up"))
        return True
