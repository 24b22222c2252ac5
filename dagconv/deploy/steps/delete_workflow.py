"""Deletes a workflow that is marked as ours; used by apply --prune and by destroy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import CallError, Cause, World
from dagconv.deploy.remote import bears
from dagconv.deploy.steps.runs import active_run
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
)


@dataclass(frozen=True, slots=True)
class Deleted(Outcome):
    arn: str


@dataclass(frozen=True, slots=True)
class Delete(OfWorkflow[Deleted]):
    """`definition` is where its text lay, for whoever wants it back."""

    yields: ClassVar[type[Outcome]] = Deleted
    kind: ClassVar[str] = "delete"
    place: ClassVar[Place] = Place.WORKFLOW
    arn: str
    definition: str

    def find(self, world: World) -> Deleted | None:
        try:
            status = world.workflows.get(self.arn).get("WorkflowStatus")
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                return Deleted(self.arn)
            raise
        return Deleted(self.arn) if status == "DELETING" else None

    def undo(self, world: World, outcome: Deleted, undoing: Undoing) -> Undone:
        return Undone(
            f"workflow {self.name} was deleted and cannot be brought back; its definition is {self.definition}"
        )


@dataclass(frozen=True, slots=True)
class DeleteWorkflow(Action[Delete, Deleted]):
    """`owner` is the mark of the migration that made it."""

    name: str
    dag_id: str
    arn: str
    version: str
    owner: str

    @property
    def key(self) -> StepKey:
        return StepKey(Delete.kind, self.name)

    def prepare(self, world: World, done: Done) -> Delete:
        """Raises StepRefusedError for a workflow that is not ours, was changed since, or has a run going on."""
        there = world.workflows.get(self.arn)
        if not bears(world.workflows.tags(self.arn), self.owner):
            raise StepRefusedError(f"{self.name} is not marked as ours and is not deleted")
        if there.get("WorkflowVersion") != self.version:
            raise StepRefusedError(f"{self.name} was changed since the plan was made and is not deleted")
        if running := active_run(world, self.arn):
            raise StepRefusedError(f"{self.name} has a run going on ({running}); stop it or wait for it")
        place = there.get("DefinitionS3Location") or {}
        return Delete(self.name, self.dag_id, self.arn, f"s3://{place.get('Bucket')}/{place.get('ObjectKey')}")

    def apply(self, world: World, step: Delete, done: Done) -> Deleted:
        try:
            world.workflows.delete(self.arn)
        except CallError as error:
            if error.cause is not Cause.NOT_FOUND:
                raise
        return Deleted(self.arn)
