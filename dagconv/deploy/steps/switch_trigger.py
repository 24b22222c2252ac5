"""Switches the trigger mode of a workflow by a new version that changes nothing else (docs/faults.md 48, 49)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import Json, World
from dagconv.deploy.deployment import sent_again
from dagconv.deploy.remote import bears, find_again
from dagconv.deploy.steps.step import (
    Action,
    Done,
    OfWorkflow,
    Outcome,
    Place,
    StepKey,
    StepRefusedError,
    Undoing,
    Undone,
    short,
)


@dataclass(frozen=True, slots=True)
class Switched(Outcome):
    arn: str
    version: str
    trigger_mode: str

    @property
    def versions(self) -> tuple[str, ...]:
        return (self.version,)


@dataclass(frozen=True, slots=True)
class Switch(OfWorkflow[Switched]):
    """`version` and `mode_before` are those that were in force, `owner` is the migration's mark."""

    yields: ClassVar[type[Outcome]] = Switched
    kind: ClassVar[str] = "trigger"
    place: ClassVar[Place] = Place.TRIGGER
    arn: str
    mode: str
    version: str
    mode_before: str
    owner: str

    @property
    def versions(self) -> tuple[str, ...]:
        return (self.version,)

    def find(self, world: World) -> Switched | None:
        there = world.workflows.get(self.arn)
        if there.get("TriggerMode") != self.mode:
            return None
        return Switched(self.arn, str(there.get("WorkflowVersion", "")), self.mode)

    def undo(self, world: World, outcome: Switched, undoing: Undoing) -> Undone:
        there = find_again(world, self.arn, self.name, self.owner, self.dag)
        if there is None:
            return Undone(f"{short(self.arn)} is gone")
        arn, mode = str(there["WorkflowArn"]), self.mode_before
        if there.get("TriggerMode") == mode:
            undoing.known.add(str(there.get("WorkflowVersion")))
            return Undone(f"{short(arn)} has trigger mode {mode} already")
        if there.get("WorkflowVersion") not in undoing.known:
            raise StepRefusedError(
                f"{short(arn)} was changed by somebody since and keeps trigger mode {there.get('TriggerMode')}: "
                f"set {mode} by hand, or leave DAG {self.dag} where it runs now"
            )
        world.workflows.update({"WorkflowArn": arn, **sent_again(there), "TriggerMode": mode})
        there = world.workflows.get(arn)
        if there.get("TriggerMode") != mode:
            raise StepRefusedError(f"{short(arn)} does not read back with trigger mode {mode}")
        undoing.known.add(str(there.get("WorkflowVersion")))
        return Undone(f"{short(arn)} has trigger mode {mode} again")


@dataclass(frozen=True, slots=True)
class SwitchTrigger(Action[Switch, Switched]):
    """`owner` is the mark of the migration that made it, `version` the one that was verified."""

    name: str
    dag_id: str
    arn: str
    mode: str
    owner: str
    version: str

    @property
    def key(self) -> StepKey:
        return StepKey(Switch.kind, self.name)

    def prepare(self, world: World, done: Done) -> Switch:
        there = world.workflows.get(self.arn)
        require_ready(world, self.name, there, self.owner)
        version, mode = str(there.get("WorkflowVersion", "")), str(there.get("TriggerMode", ""))
        if version != self.version:
            raise StepRefusedError(f"{self.name} was changed by somebody since it was verified; it is not switched")
        return Switch(self.name, self.dag_id, self.arn, self.mode, version, mode, self.owner)

    def apply(self, world: World, step: Switch, done: Done) -> Switched:
        there = world.workflows.get(self.arn)
        if there.get("WorkflowVersion") != step.version:
            raise StepRefusedError(f"{self.name} was changed by somebody just now; it is not switched")
        if there.get("TriggerMode") != self.mode:
            world.workflows.update({"WorkflowArn": self.arn, **sent_again(there), "TriggerMode": self.mode})
        found = step.find(world)
        if found is None:
            raise StepRefusedError(
                f"{self.name} does not read back with trigger mode {self.mode}; "
                "if the service spells it otherwise, pass --trigger-mode-raw"
            )
        return found


def require_ready(world: World, name: str, there: Json, owner: str) -> None:
    """Raises StepRefusedError unless the workflow is ours, READY and carries a definition."""
    if there.get("WorkflowStatus") != "READY":
        raise StepRefusedError(f"{name} is {there.get('WorkflowStatus')}, not READY")
    if not bears(world.workflows.tags(there["WorkflowArn"]), owner):
        raise StepRefusedError(f"{name} is not marked as ours; `migrate import` adopts what is nobody's")
    if not there.get("DefinitionS3Location"):
        raise StepRefusedError(f"{name} has no definition")
