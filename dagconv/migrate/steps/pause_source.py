"""Pauses a DAG of the old environment by its REST API, and lets it go again."""

from __future__ import annotations

from dataclasses import dataclass

from dagconv.aws.services import Json, World
from dagconv.deploy.steps.step import REDO, Done, StepRefusedError
from dagconv.deploy.steps.switch_trigger import require_ready

_LONGEST_PATH = 64  # InvokeRestApi's own limit


@dataclass(frozen=True, slots=True)
class PauseSource:
    """`workflow_arn` must be READY before the old DAG is touched; empty when a step is only looked up again."""

    environment: str
    dag_id: str
    workflow_arn: str = ""

    @property
    def step(self) -> str:
        return f"pause:{self.dag_id}"

    def prepare(self, world: World, done: Done) -> Json:
        if self.workflow_arn:
            require_ready(world, self.dag_id, world.workflows.get(self.workflow_arn))
        paused = is_paused(world, self.environment, self.dag_id)
        return {"environment": self.environment, "dag_id": self.dag_id, "was_paused": paused}

    def apply(self, world: World, intent: Json, done: Done) -> Json:
        set_paused(world, self.environment, self.dag_id, paused=True)
        return {"paused": True}

    def find(self, world: World, intent: Json, done: Done) -> Json | None:
        return {"paused": True} if is_paused(world, self.environment, self.dag_id) else None

    def check(self, world: World, outcome: Json) -> str:
        return "" if is_paused(world, self.environment, self.dag_id) else REDO


def undo_pause(world: World, intent: Json, outcome: Json, known: set[str]) -> str:
    environment, dag_id = intent["environment"], intent["dag_id"]
    if intent["was_paused"]:
        return f"DAG {dag_id} was paused before and stays paused"
    if is_paused(world, environment, dag_id):
        set_paused(world, environment, dag_id, paused=False)
    return f"DAG {dag_id} runs again in {environment}"


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
