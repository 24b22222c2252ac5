"""Takes back the last apply and what followed it, from the journal, newest step first; may be killed and repeated."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from dagconv.aws.repeat import repeat_unknown
from dagconv.aws.services import CallError, Cause, World
from dagconv.deploy.steps.step import Outcome, StepRefusedError
from dagconv.migrate.run.apply import require_place
from dagconv.migrate.run.execute import Result, StepResult
from dagconv.migrate.run.execute import State as StepState
from dagconv.migrate.run.journal import InForce, Journal
from dagconv.migrate.run.lock import BucketLock, local_lock
from dagconv.migrate.run.records import (
    ApplyRun,
    Begin,
    End,
    NotTakenBack,
    RollbackRun,
    TakenBack,
    TakingBack,
    Verb,
)
from dagconv.migrate.run.state import State

IRREVERSIBLE = (
    "log groups and run history stay or are lost with their workflow",
    "each update that is taken back uses one more of the 50 versions",
)


def pending_steps(journal: Journal) -> list[InForce]:
    """Steps of the last apply and of later runs that no rollback has taken back, newest first."""
    open_steps = [entry for entry in journal.in_force() if entry.run.verb in (Verb.APPLY, Verb.CUTOVER)]
    applied = [entry.run.id for entry in open_steps if entry.run.verb is Verb.APPLY]
    if not applied:
        return []
    order = [run.id for run in journal.runs()]
    since = order[order.index(applied[-1]) :]
    return [entry for entry in reversed(open_steps) if entry.run.id in since]


def roll_back(world: World, state: State) -> Result | None:
    """None when nothing is in force. Raises UsageError when the journal belongs to another account or Region."""
    with local_lock(state.folder):
        journal = state.journal()
        pending = pending_steps(journal)
        if not pending:
            _drop_lock(world, journal, state)
            for run in [run for run in journal.runs() if run.end is None]:
                journal.write(End(run.id, stopped="nothing was in force"))
            return None
        last = journal.last(Verb.APPLY)
        assert last is not None
        assert isinstance(last.about, ApplyRun)
        require_place(world, state.kept_plan(last.about.plan))
        with BucketLock(world, last.about.lock, state.folder).held("rollback"):
            return _undo_all(world, journal, pending)


def _drop_lock(world: World, journal: Journal, state: State) -> None:
    last = journal.last(Verb.APPLY)
    if last is not None and isinstance(last.about, ApplyRun):
        BucketLock(world, last.about.lock, state.folder).drop_own()


def _undo_all(world: World, journal: Journal, pending: Sequence[InForce]) -> Result:
    run_id = uuid.uuid4().hex
    cut_off = [run.id for run in journal.runs() if run.end is None]
    journal.write(Begin(run_id, RollbackRun(), world.clock.now()))
    known = journal.known_versions()
    results: list[StepResult] = []
    stopped = ""
    for entry in _in_order(pending):
        of, key = entry.run.id, entry.step.key
        journal.write(TakingBack(run_id, of, key))
        before = set(known)
        try:
            text = _undo(world, entry, known)
        except (CallError, StepRefusedError) as error:
            journal.write(NotTakenBack(run_id, of, key, str(error)))
            cause = error.cause.value if isinstance(error, CallError) else "not as expected"
            results.append(StepResult(key, StepState.FAILED, reason=str(error), cause=cause))
            world.say(f"  FAILED  {key}: {error}")
            if isinstance(error, CallError) and error.cause is Cause.EXPIRED:
                stopped = "credentials are missing or have expired"
                break
            continue
        journal.write(TakenBack(run_id, of, key, text, tuple(sorted(known - before))))
        results.append(StepResult(key, StepState.DONE))
        world.say(f"  undone  {key}: {text}")
    for cut in (*cut_off, run_id):
        journal.write(End(cut, stopped=stopped))
    return Result(run_id, tuple(results), stopped, {})


def _in_order(pending: Sequence[InForce]) -> list[InForce]:
    """Newest first, but schedules go off before the old DAGs are let go, and trust last: others may need it."""
    return sorted(pending, key=lambda entry: entry.step.place, reverse=True)


def _undo(world: World, entry: InForce, known: set[str]) -> str:
    outcome: Outcome | None = entry.recorded.outcome
    if outcome is None:
        outcome = entry.step.settle(world)
        if outcome is None:
            return "the call was cut off and had no effect"
        known.update(outcome.versions)
    return repeat_unknown(lambda: entry.step.undo(world, outcome, known), lambda: None, world.clock)
