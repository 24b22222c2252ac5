"""Deletes a workflow that is marked as ours; used by apply --prune and by destroy."""

from __future__ import annotations

from dataclasses import dataclass

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.remote import TAG_MANAGED
from dagconv.deploy.steps.step import Done, StepRefusedError

_ACTIVE = frozenset({"STARTING", "QUEUED", "RUNNING", "STOPPING"})


@dataclass(frozen=True, slots=True)
class DeleteWorkflow:
    name: str
    arn: str
    version: str

    @property
    def step(self) -> str:
        return f"delete:{self.name}"

    def prepare(self, world: World, done: Done) -> Json:
        """Raises StepRefusedError for a workflow that is not ours, was changed since, or has a run going on."""
        there = world.workflows.get(self.arn)
        if world.workflows.tags(self.arn).get(TAG_MANAGED) != "true":
            raise StepRefusedError(f"{self.name} is not marked as ours and is not deleted")
        if there.get("WorkflowVersion") != self.version:
            raise StepRefusedError(f"{self.name} was changed since the plan was made and is not deleted")
        for run in world.workflows.runs(self.arn):
            if run.get("RunDetailSummary", {}).get("Status") in _ACTIVE:
                raise StepRefusedError(f"{self.name} has a run going on ({run.get('RunId')}); stop it or wait for it")
        return {"arn": self.arn, "name": self.name, "location": there.get("DefinitionS3Location")}

    def apply(self, world: World, intent: Json, done: Done) -> Json:
        try:
            world.workflows.delete(self.arn)
        except CallError as error:
            if error.cause is not Cause.NOT_FOUND:
                raise
        return {"arn": self.arn}

    def find(self, world: World, intent: Json, done: Done) -> Json | None:
        try:
            status = world.workflows.get(self.arn).get("WorkflowStatus")
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                return {"arn": self.arn}
            raise
        return {"arn": self.arn} if status == "DELETING" else None

    def check(self, world: World, outcome: Json) -> str:
        return ""


def undo_delete(world: World, intent: Json, outcome: Json, known: set[str]) -> str:
    return f"workflow {intent['name']} was deleted and cannot be brought back; its definition is {intent['location']}"
