"""Switches the trigger mode of a workflow by a new version that changes nothing else (docs/faults.md 48, 49)."""

from __future__ import annotations

from dataclasses import dataclass

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.remote import TAG_MANAGED
from dagconv.deploy.steps.step import Done, StepRefusedError, short, version_members


@dataclass(frozen=True, slots=True)
class SwitchTrigger:
    name: str
    arn: str
    mode: str

    @property
    def step(self) -> str:
        return f"trigger:{self.name}"

    def prepare(self, world: World, done: Done) -> Json:
        there = world.workflows.get(self.arn)
        require_ready(world, self.name, there)
        return {
            "arn": self.arn,
            "wanted": self.mode,
            "before": {"version": there.get("WorkflowVersion", ""), "trigger_mode": there.get("TriggerMode", "")},
        }

    def apply(self, world: World, intent: Json, done: Done) -> Json:
        there = world.workflows.get(self.arn)
        if there.get("WorkflowVersion") != intent["before"]["version"]:
            raise StepRefusedError(f"{self.name} was changed by somebody just now; it is not switched")
        if there.get("TriggerMode") != self.mode:
            world.workflows.update({"WorkflowArn": self.arn, **version_members(there), "TriggerMode": self.mode})
        found = self.find(world, intent, done)
        if found is None:
            raise StepRefusedError(
                f"{self.name} does not read back with trigger mode {self.mode}; "
                "if the service spells it otherwise, pass --trigger-mode-raw"
            )
        return found

    def find(self, world: World, intent: Json, done: Done) -> Json | None:
        there = world.workflows.get(self.arn)
        if there.get("TriggerMode") != self.mode:
            return None
        return {"arn": self.arn, "version": there.get("WorkflowVersion", ""), "trigger_mode": self.mode}

    def check(self, world: World, outcome: Json) -> str:
        return ""


def require_ready(world: World, name: str, there: Json) -> None:
    """Raises StepRefusedError unless the workflow is ours, READY and carries a definition."""
    if there.get("WorkflowStatus") != "READY":
        raise StepRefusedError(f"{name} is {there.get('WorkflowStatus')}, not READY")
    if world.workflows.tags(there["WorkflowArn"]).get(TAG_MANAGED) != "true":
        raise StepRefusedError(f"{name} is not marked as ours; `migrate import` adopts it")
    if not there.get("DefinitionS3Location"):
        raise StepRefusedError(f"{name} has no definition")


def undo_trigger(world: World, intent: Json, outcome: Json, known: set[str]) -> str:
    arn, mode = intent["arn"], intent["before"]["trigger_mode"]
    try:
        there = world.workflows.get(arn)
    except CallError as error:
        if error.cause is Cause.NOT_FOUND:
            return f"{short(arn)} is gone"
        raise
    if there.get("TriggerMode") == mode:
        known.add(str(there.get("WorkflowVersion")))
        return f"{short(arn)} has trigger mode {mode} already"
    if there.get("WorkflowVersion") not in known:
        return f"{short(arn)} was changed by somebody since and keeps trigger mode {there.get('TriggerMode')}"
    world.workflows.update({"WorkflowArn": arn, **version_members(there), "TriggerMode": mode})
    there = world.workflows.get(arn)
    if there.get("TriggerMode") != mode:
        raise StepRefusedError(f"{short(arn)} does not read back with trigger mode {mode}")
    known.add(str(there.get("WorkflowVersion")))
    return f"{short(arn)} has trigger mode {mode} again"
