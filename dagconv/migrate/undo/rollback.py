"""Takes back the last apply and what followed it, from the journal, newest step first; may be killed and repeated."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.steps.step import StepRefusedError
from dagconv.migrate.run.apply import Result, require_place
from dagconv.migrate.run.execute import Outcome
from dagconv.migrate.run.execute import State as StepState
from dagconv.migrate.run.journal import Journal, Run, Step
from dagconv.migrate.run.lock import BucketLock, local_lock
from dagconv.migrate.run.state import State
from dagconv.migrate.steps import UNDO
from dagconv.migrate.steps.create_workflow import CreateWorkflow
from dagconv.migrate.undo.resolve import action_of

_REPEATS = 4
IRREVERSIBLE = (
    "log groups and run history stay or are lost with their workflow",
    "each update that is taken back uses one more of the 50 versions",
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A step that is still in force. `outcome` is None where a call was cut off."""

    run: Run
    step: Step


def pending_steps(journal: Journal) -> list[Pending]:
    """Steps of the last apply and of later runs that no rollback has taken back, newest first."""
    runs = journal.runs()
    undone = {name for run in runs if run.verb == "rollback" for name, step in run.steps.items() if step.outcome}
    applies = [index for index, run in enumerate(runs) if run.verb == "apply" and _open_steps(run, undone)]
    if not applies:
        return []
    later = [run for run in runs[applies[-1] :] if run.verb in ("apply", "cutover")]
    return [Pending(run, step) for run in reversed(later) for step in reversed(_open_steps(run, undone))]


def roll_back(world: World, state: State) -> Result | None:
    """None when nothing is in force. Raises UsageError when the journal belongs to another account or Region."""
    with local_lock(state.folder):
        journal = state.journal()
        pending = pending_steps(journal)
        if not pending:
            _drop_lock(world, journal, state)
            for run in [run for run in journal.runs() if not run.ended]:
                journal.write("end", run.id, facts={"open": [], "stopped": "nothing was in force"})
            return None
        facts = pending[0].run.facts
        plan = state.kept_plan(str(facts["plan"]))
        require_place(world, plan)
        with BucketLock(world, plan.bucket, str(facts.get("prefix", "yaml")), state.folder).held("rollback"):
            return _undo_all(world, journal, pending, state)


def _drop_lock(world: World, journal: Journal, state: State) -> None:
    last = journal.last("apply")
    if last is not None:
        BucketLock(world, str(last.facts["bucket"]), str(last.facts.get("prefix", "yaml")), state.folder).drop_own()


def _undo_all(world: World, journal: Journal, pending: Sequence[Pending], state: State) -> Result:
    run_id = uuid.uuid4().hex
    cut_off = [run for run in journal.runs() if not run.ended]
    journal.write("begin", run_id, facts={"verb": "rollback"})
    known = _known_versions(journal)
    outcomes: list[Outcome] = []
    stopped = ""
    for entry in _in_order(pending):
        name = f"{entry.run.id[:12]}/{entry.step.name}"
        journal.write("intent", run_id, name, {"of": entry.run.id, "step": entry.step.name})
        before = set(known)
        try:
            text = _undo(world, entry, known, state)
        except (CallError, StepRefusedError) as error:
            journal.write("failed", run_id, name, {"reason": str(error)})
            cause = error.cause.value if isinstance(error, CallError) else "not as expected"
            outcomes.append(Outcome(entry.step.name, StepState.FAILED, reason=str(error), cause=cause))
            world.say(f"  FAILED  {entry.step.name}: {error}")
            if isinstance(error, CallError) and error.cause is Cause.EXPIRED:
                stopped = "credentials are missing or have expired"
                break
            continue
        journal.write("done", run_id, name, {"text": text, "versions": sorted(known - before)})
        outcomes.append(Outcome(entry.step.name, StepState.DONE, {"text": text}))
        world.say(f"  undone  {entry.step.name}: {text}")
    for run in (*cut_off, Run(run_id, "rollback", {})):
        journal.write("end", run.id, facts={"open": [], "stopped": stopped})
    return Result(run_id, tuple(outcomes), stopped, {})


def _in_order(pending: Sequence[Pending]) -> list[Pending]:
    """Newest first, but schedules go off before the old DAGs are let go, and trust last: others may need it."""
    ranks = {"trigger": 0, "pause": 1, "create": 2, "update": 2, "delete": 2, "prune": 2, "upload": 3, "trust": 4}
    return sorted(pending, key=lambda entry: ranks[entry.step.name.partition(":")[0]])


def _undo(world: World, entry: Pending, known: set[str], state: State) -> str:
    outcome = entry.step.outcome
    if outcome is None:
        outcome = _settle(world, entry, state)
        if outcome is None:
            return "the call was cut off and had no effect"
        known.add(str(outcome.get("version", "")))
    _require_schedule_off(world, entry)
    undo = UNDO[entry.step.name.partition(":")[0]]
    for repeat in range(_REPEATS):
        try:
            return undo(world, entry.step.intent, outcome, known)
        except CallError as error:
            if error.cause is not Cause.UNKNOWN or repeat == _REPEATS - 1:
                raise
            world.clock.sleep(1.0 * 2**repeat)
    raise AssertionError("the loop returns or raises")


def _require_schedule_off(world: World, entry: Pending) -> None:
    """Raises StepRefusedError before an old DAG is let go while its workflow still runs by its schedule (C1 48)."""
    if not entry.step.name.startswith("pause:"):
        return
    for name, dag_id, arn in entry.run.facts["chosen"]:
        if dag_id != entry.step.intent["dag_id"]:
            continue
        try:
            mode = world.workflows.get(arn).get("TriggerMode")
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                continue
            raise
        if mode == entry.run.facts["mode"]:
            raise StepRefusedError(f"DAG {dag_id} stays paused: workflow {name} still has trigger mode {mode}")


def _settle(world: World, entry: Pending, state: State) -> Json | None:
    """The outcome of a call that was cut off, read from AWS: was it carried out or not?"""
    action = action_of(entry.run, entry.step, state)
    if isinstance(action, CreateWorkflow):
        return action.find_by_name(world)
    done = {name: step.outcome for name, step in entry.run.steps.items() if step.outcome is not None}
    return action.find(world, entry.step.intent, done)


def _open_steps(run: Run, undone: set[str]) -> list[Step]:
    """Steps with an effect, or perhaps one: a failed call had none unless its outcome is unknown."""
    return [step for step in run.steps.values() if f"{run.id[:12]}/{step.name}" not in undone]


def _known_versions(journal: Journal) -> set[str]:
    """Every version that a run of ours made or found: any other was made by somebody else."""
    found: set[str] = set()
    for record in journal.records:
        for facts in (record.facts, record.facts.get("before") or {}):
            if isinstance(facts, dict) and isinstance(facts.get("version"), str):
                found.add(facts["version"])
        found.update(record.facts.get("versions", ()))
    return found
