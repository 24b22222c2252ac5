"""Takes back runs from the journal, DAG by DAG: schedule off, old DAG on, workflow, then what nobody needs any more.

A step that fails stops the chain of its DAG alone; it stays in force, and the next call tries it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dagconv.aws.repeat import repeat_unknown
from dagconv.aws.services import CallError, Cause, World
from dagconv.deploy.steps.create_workflow import Create
from dagconv.deploy.steps.delete_workflow import Delete
from dagconv.deploy.steps.step import Outcome, Place, StepRefusedError, Undoing, Undone
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
from dagconv.migrate.survey.source import paused_dags
from dagconv.migrate.undo.target import choose_target

IRREVERSIBLE = (
    "log groups and run history stay or are lost with their workflow",
    "each update that is taken back uses one more of the 50 versions",
)


def roll_back(
    world: World, state: State, wanted: str | None, wait: float, *, leave_paused: bool = False
) -> Result | None:
    """`wait` is how long a run in progress is waited for, in seconds; with `leave_paused` workflows go although their
    old DAGs were paused by hand and are paused still. None when nothing is in force.

    Raises UsageError when the journal belongs to another account or Region.
    """
    with local_lock(state.folder):
        journal = state.journal()
        last = journal.last(Verb.APPLY)
        target = choose_target(journal, wanted)
        if last is None or not isinstance(last.about, ApplyRun) or not target.pending:
            _close(world, journal, state)
            return None
        require_place(world, state.kept_plan(last.about.plan))
        with BucketLock(world, last.about.lock, state.folder).held("rollback"):
            undoing = Undoing(journal.known_versions(), wait, state.recall)
            by_hand = () if leave_paused else target.by_hand()
            guard = _Guard(world, last.about.environment, frozenset(by_hand))
            return _Rollback(world, journal, undoing, guard).run(target.pending)


def _close(world: World, journal: Journal, state: State) -> None:
    """Runs that were cut off before they changed anything are over, and their lock is free."""
    last = journal.last(Verb.APPLY)
    if last is not None and isinstance(last.about, ApplyRun):
        BucketLock(world, last.about.lock, state.folder).drop_own()
    for run in [run for run in journal.runs() if run.end is None]:
        journal.write(End(run.id, stopped="nothing was in force"))


@dataclass(slots=True)
class _Guard:
    """Keeps the workflow of a DAG that was paused by hand until it is un-paused: else it would run nowhere."""

    world: World
    environment: str
    by_hand: frozenset[str]
    _paused: Mapping[str, bool] | None = None

    def check(self, dag_id: str) -> None:
        """Raises StepRefusedError while the DAG is paused, or when that cannot be told."""
        if not self.environment or dag_id not in self.by_hand:
            return
        if self._paused is None:
            try:
                self._paused = dict(paused_dags(self.world, self.environment))
            except ValueError as error:
                raise StepRefusedError(f"DAG {dag_id} may be paused in {self.environment}: {error}") from error
            except CallError as error:
                if error.cause is not Cause.NOT_FOUND:
                    raise
                self._paused = {}  # there is no old environment any more
        if self._paused.get(dag_id):
            raise StepRefusedError(
                f"DAG {dag_id} was paused by hand in {self.environment} and would run nowhere: un-pause it and call "
                "again, or pass --leave-paused"
            )


@dataclass(slots=True)
class _Rollback:
    """One rollback under way. `stopped` says why no other call will do better."""

    world: World
    journal: Journal
    undoing: Undoing
    guard: _Guard
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    results: list[StepResult] = field(default_factory=list)
    stopped: str = ""

    def run(self, pending: Sequence[InForce]) -> Result:
        cut_off = [run.id for run in self.journal.runs() if run.end is None]
        self.journal.write(Begin(self.id, RollbackRun(), self.world.clock.now()))
        chains = _chains(pending)
        shared = chains.pop("", [])
        if not self._take_back(shared, Place.FREED):
            chains = {}  # nothing can be made anew without the role
        whole = [chain for chain in chains.values() if self._take_back(chain, Place.WORKFLOW)]
        # What lies in the bucket is looked at when all workflows that go are gone.
        cleared = [chain for chain in whole if self._take_back(chain, Place.ROOM)]
        if len(cleared) == len(chains):
            self._take_back(shared, Place.ROLE)
        for run in (*cut_off, self.id):
            self.journal.write(End(run, stopped=self.stopped))
        return Result(self.id, tuple(self.results), self.stopped, {})

    def _take_back(self, chain: list[InForce], down_to: Place) -> bool:
        """Takes back the steps of a chain that are made at a place or after it; whether all of them could be."""
        created = {entry.step.name for entry in chain if isinstance(entry.step, Create)}
        while chain and chain[0].step.place >= down_to and not self.stopped:
            step = chain[0].step
            idle = isinstance(step, Delete) and step.name in created
            if not self._take_back_one(chain[0], "stays deleted: its creation is taken back too" if idle else ""):
                return False
            chain.pop(0)
        return not self.stopped

    def _take_back_one(self, entry: InForce, idle: str) -> bool:
        of, key = entry.run.id, entry.step.key
        self.journal.write(TakingBack(self.id, of, key))
        before = set(self.undoing.known)
        try:
            undone = Undone(idle) if idle else self._undo(entry)
        except (CallError, StepRefusedError) as error:
            self.journal.write(NotTakenBack(self.id, of, key, str(error)))
            cause = error.cause.value if isinstance(error, CallError) else "not as expected"
            self.results.append(StepResult(key, StepState.FAILED, reason=str(error), cause=cause))
            self.world.say(f"  FAILED  {key}: {error}")
            if isinstance(error, CallError) and error.cause is Cause.EXPIRED:
                self.stopped = "credentials are missing or have expired"
            return False
        versions = tuple(sorted(self.undoing.known - before))
        self.journal.write(TakenBack(self.id, of, key, undone.text, versions))
        self.results.append(StepResult(key, StepState.DONE))
        self.world.say(f"  undone  {key}: {undone.text}")
        return True

    def _undo(self, entry: InForce) -> Undone:
        if isinstance(entry.step, Create):
            self.guard.check(entry.step.dag)
        outcome: Outcome | None = entry.recorded.outcome
        if outcome is None:
            outcome = entry.step.settle(self.world)
            if outcome is None:
                return Undone("the call was cut off and had no effect")
            self.undoing.known.update(outcome.versions)
        return repeat_unknown(
            lambda: entry.step.undo(self.world, outcome, self.undoing), lambda: None, self.world.clock
        )


def _chains(pending: Sequence[InForce]) -> dict[str, list[InForce]]:
    """By DAG, what is made last first and the newest before the older; under no name what all DAGs share."""
    chains: dict[str, list[InForce]] = {}
    for entry in sorted(pending, key=lambda entry: entry.step.place, reverse=True):
        chains.setdefault(entry.step.dag_id, []).append(entry)
    return chains
