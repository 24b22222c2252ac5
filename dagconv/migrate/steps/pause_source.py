"""Pauses a DAG of the old environment by its REST API before its workflow is switched on, and lets it go again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import World
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

_LONGEST_PATH = 64  # InvokeRestApi's own limit


@dataclass(frozen=True, slots=True)
class Paused(Outcome):
    """The old DAG starts no runs any more."""


@dataclass(frozen=True, slots=True)
class Pause(Step[Paused]):
    """`workflow` and `arn` take the DAG's place, in the trigger mode `mode`."""

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

    @property
    def key(self) -> StepKey:
        return StepKey(self.kind, self.dag)

    @property
    def dag_id(self) -> str:
        return self.dag

    def find(self, world: World) -> Paused | None:
        return Paused() if is_paused(world, self.environment, self.dag) else None

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

    @property
    def key(self) -> StepKey:
        return StepKey(Pause.kind, self.dag_id)

    def prepare(self, world: World, done: Done) -> Pause:
        require_ready(world, self.dag_id, world.workflows.get(self.arn), self.owner)
        paused = is_paused(world, self.environment, self.dag_id)
        return Pause(self.environment, self.dag_id, paused, self.workflow, self.arn, self.mode, self.owner)

    def apply(self, world: World, step: Pause, done: Done) -> Paused:
        set_paused(world, self.environment, self.dag_id, paused=True)
        return Paused()


def is_paused(world: World, environment: str, dag_id: str) -> bool:
    """Raises StepRefusedError when the environment does not know the DAG, or the API cannot say."""
    status, body = world.environments.invoke(environment, "GET", _path(dag_id), None, None)
    if status != 200 or not isinstance(body, dict) or not isinstance(body.get("is_paused"), bool):
        raise StepRefusedError(f"DAG {dag_id} cannot be read in {environment}: the REST API answered {status}")
    return bool(body["is_paused"])


def set_paused(world: World, environment: str, dag_id: str, *, paused: bool) -> None:
    """Sets the state and reads it back."""
    status, _ = world.environments.invoke(environment, "PATCH", _path(dag_id), None, {"is_paused": paused})
    if status != 200 or is_paused(world, environment, dag_id) is not paused:
        word = "paused" if paused else "let go"
        raise StepRefusedError(f"DAG {dag_id} could not be {word} in {environment}: the REST API answered {status}")


def _path(dag_id: str) -> str:
    path = f"/dags/{dag_id}"
    if len(path) > _LONGEST_PATH:
        raise StepRefusedError(
            f"DAG {dag_id} cannot be reached by the REST API, whose paths have at most {_LONGEST_PATH} characters: "
            "pause it by hand and run the cutover for it without --pause-source"
        )
    return path
