"""Pauses a DAG of the old environment by its REST API before its workflow is switched on, and lets it go again.

Airflow schedules no further task of a run whose DAG is paused: a run in progress is waited for before, and one that
began in between is let go at once.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import CallError, World
from dagconv.deploy.remote import find_again
from dagconv.deploy.steps.step import (
    Action,
    Done,
    Drift,
    Outcome,
    Place,
    Step,
    StepKey,
    StepRefusedError,
    Undoing,
    Undone,
)
from dagconv.deploy.steps.switch_trigger import require_ready
from dagconv.migrate.survey.source import (
    ACTIVE,
    SourceRun,
    by_pattern,
    last_interval_end,
    path_of,
    paused_dags,
    source_runs,
)

_POLL = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Paused(Outcome):
    """The old DAG starts no runs any more. `left` are runs that stay half-way; its schedule has had its runs up to
    `last`, an ISO time, empty where it had none and None where that is not known.
    """

    left: tuple[str, ...] = ()
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Pause(Step[Paused]):
    """`workflow` and `arn` take the DAG's place, in the trigger mode `mode`. Runs in progress are waited for `limit`
    seconds, or left half-way where `leave_runs`.
    """

    yields: ClassVar[type[Outcome]] = Paused
    kind: ClassVar[str] = "pause"
    place: ClassVar[Place] = Place.SOURCE
    environment: str
    dag: str
    was_paused: bool
    workflow: str
    arn: str
    mode: str
    owner: str
    limit: float
    leave_runs: bool

    @property
    def key(self) -> StepKey:
        return StepKey(self.kind, self.dag)

    @property
    def dag_id(self) -> str:
        return self.dag

    def find(self, world: World) -> Paused | None:
        """A run that was in progress at the pause would never end: then the step is not done."""
        if not is_paused(world, self.environment, self.dag):
            return None
        active = self.active(world)
        return None if active and self.ends_runs else self.outcome(world, active)

    @property
    def ends_runs(self) -> bool:
        """Whether runs in progress are to end before: those of a DAG that was paused before cannot."""
        return not (self.leave_runs or self.was_paused)

    def active(self, world: World) -> list[SourceRun]:
        """Raises StepRefusedError when the environment cannot say."""
        try:
            return source_runs(world, self.environment, self.dag, ACTIVE)
        except ValueError as error:
            raise StepRefusedError(f"the runs of DAG {self.dag} cannot be read: {error}") from error

    def outcome(self, world: World, left: list[SourceRun]) -> Paused:
        last: str | None = None
        with contextlib.suppress(CallError, ValueError):
            last = last_interval_end(world, self.environment, self.dag)
        if left:
            world.say(f"          DAG {self.dag} leaves runs half-way: {', '.join(run.run_id for run in left)}")
        return Paused(tuple(run.run_id for run in left), last)

    def check(self, world: World, outcome: Paused) -> Drift | None:
        if is_paused(world, self.environment, self.dag):
            return None
        return Drift(f"DAG {self.dag} runs again in {self.environment}", redo=True)

    def undo(self, world: World, outcome: Paused, undoing: Undoing) -> Undone:
        """Raises StepRefusedError while the workflow still runs by its schedule (docs/faults.md 48)."""
        if self._mode_in_force(world) == self.mode:
            raise StepRefusedError(
                f"DAG {self.dag} stays paused: workflow {self.workflow} still has trigger mode {self.mode}"
            )
        if self.was_paused:
            return Undone(f"DAG {self.dag} was paused before and stays paused")
        if is_paused(world, self.environment, self.dag):
            set_paused(world, self.environment, self.dag, paused=False)
        return Undone(f"DAG {self.dag} runs again in {self.environment}")

    def _mode_in_force(self, world: World) -> str:
        """Empty for a workflow that is gone."""
        there = find_again(world, self.arn, self.workflow, self.owner, self.dag)
        return "" if there is None else str(there.get("TriggerMode", ""))


@dataclass(frozen=True, slots=True)
class PauseSource(Action[Pause, Paused]):
    """`workflow` must be READY before the old DAG is touched."""

    environment: str
    dag_id: str
    workflow: str
    arn: str
    mode: str
    owner: str
    limit: float
    leave_runs: bool

    @property
    def key(self) -> StepKey:
        return StepKey(Pause.kind, self.dag_id)

    def prepare(self, world: World, done: Done) -> Pause:
        require_ready(world, self.dag_id, world.workflows.get(self.arn), self.owner)
        paused = is_paused(world, self.environment, self.dag_id)
        return Pause(
            self.environment, self.dag_id, paused, self.workflow, self.arn, self.mode, self.owner, self.limit,
            self.leave_runs,
        )  # fmt: skip

    def apply(self, world: World, step: Pause, done: Done) -> Paused:
        waited = 0.0
        while True:
            active = step.active(world)
            if not active or not step.ends_runs:
                set_paused(world, self.environment, self.dag_id, paused=True)
                active = self._active_now(world, step)
                if not active or not step.ends_runs:
                    return step.outcome(world, active)
            runs = ", ".join(run.run_id for run in active)
            if is_paused(world, self.environment, self.dag_id):
                set_paused(world, self.environment, self.dag_id, paused=False)
            if waited >= step.limit:
                raise StepRefusedError(
                    f"DAG {self.dag_id} still has runs going on after {waited:.0f} s ({runs}), so it is not paused: "
                    "wait longer with --wait S, or leave them half-way with --leave-runs"
                )
            world.say(f"          waiting for {runs} of DAG {self.dag_id}, {step.limit - waited:.0f} s at most")
            world.clock.sleep(_POLL)
            waited += _POLL

    def _active_now(self, world: World, step: Pause) -> list[SourceRun]:
        """A DAG whose runs cannot be read after its pause is let go: it must not run nowhere."""
        try:
            return step.active(world)
        except (CallError, StepRefusedError):
            if not step.was_paused:
                set_paused(world, self.environment, self.dag_id, paused=False)
            raise


def is_paused(world: World, environment: str, dag_id: str) -> bool:
    """Raises StepRefusedError when the environment does not know the DAG, or the API cannot say."""
    path = path_of(dag_id)
    if path is None:
        return _alike(world, environment, dag_id)[dag_id]
    status, body = world.environments.invoke(environment, "GET", path, None, None)
    if status != 200 or not isinstance(body, dict) or not isinstance(body.get("is_paused"), bool):
        raise StepRefusedError(f"DAG {dag_id} cannot be read in {environment}: the REST API answered {status}")
    return bool(body["is_paused"])


def set_paused(world: World, environment: str, dag_id: str, *, paused: bool) -> None:
    """Sets the state and reads it back. A DAG whose path is too long is reached by the list call for its id alone."""
    path, query = path_of(dag_id), None
    if path is None:
        path, query = "/dags", by_pattern(dag_id)
        if others := sorted(_alike(world, environment, dag_id).keys() - {dag_id}):
            raise StepRefusedError(
                f"DAG {dag_id} cannot be paused alone: its path is longer than the 64 characters that InvokeRestApi "
                f"takes, and its id stands in that of {', '.join(others)} too; pause it by hand and run the cutover "
                "for it with --paused-by-hand"
            )
    status, _ = world.environments.invoke(environment, "PATCH", path, query, {"is_paused": paused})
    if status != 200 or is_paused(world, environment, dag_id) is not paused:
        word = "paused" if paused else "let go"
        raise StepRefusedError(f"DAG {dag_id} could not be {word} in {environment}: the REST API answered {status}")


def _alike(world: World, environment: str, dag_id: str) -> dict[str, bool]:
    """Whether each DAG that the list call for an id finds is paused; the DAG itself is among them."""
    try:
        found = dict(paused_dags(world, environment, dag_id))
    except ValueError as error:
        raise StepRefusedError(f"DAG {dag_id} cannot be read in {environment}: {error}") from error
    if dag_id not in found:
        raise StepRefusedError(f"DAG {dag_id} cannot be read in {environment}: it does not know it")
    return found
