"""Deletes a workflow that is marked as ours, and keeps what it was; used by apply --prune and by destroy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import CallError, Cause, World
from dagconv.deploy.kept import kept_of, make_anew
from dagconv.deploy.remote import bears, read_remote
from dagconv.deploy.steps.runs import active_run
from dagconv.deploy.steps.step import (
    Action,
    Done,
    Keep,
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
class Deleted(Outcome):
    arn: str


@dataclass(frozen=True, slots=True)
class Delete(OfWorkflow[Deleted]):
    """`kept` is the name under which the workflow is kept; `definition` is where its text lay."""

    yields: ClassVar[type[Outcome]] = Deleted
    kind: ClassVar[str] = "delete"
    place: ClassVar[Place] = Place.WORKFLOW
    arn: str
    definition: str
    kept: str

    def find(self, world: World) -> Deleted | None:
        try:
            status = world.workflows.get(self.arn).get("WorkflowStatus")
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                return Deleted(self.arn)
            raise
        return Deleted(self.arn) if status == "DELETING" else None

    def undo(self, world: World, outcome: Deleted, undoing: Undoing) -> Undone:
        """Makes the workflow anew as it was; its run history does not come back."""
        kept = undoing.recall(self.kept)
        if kept is None:
            lost = "is not made anew: what was kept of it is gone"
            return Undone(f"workflow {self.name} {lost}; its definition is {self.definition}", True)
        made = make_anew(world, kept)
        undoing.known.add(made.version)
        return Undone(f"made {short(made.arn)} anew, with trigger mode {kept.deployment.trigger}")


@dataclass(frozen=True, slots=True)
class DeleteWorkflow(Action[Delete, Deleted]):
    """`owner` is the mark of the migration that made it."""

    name: str
    dag_id: str
    arn: str
    version: str
    owner: str
    keep: Keep

    @property
    def key(self) -> StepKey:
        return StepKey(Delete.kind, self.name)

    def prepare(self, world: World, done: Done) -> Delete:
        """Raises StepRefusedError for a workflow that is not ours, was changed since, or has a run going on."""
        there = read_remote(world, {"WorkflowArn": self.arn})
        if not bears(there.tags, self.owner):
            raise StepRefusedError(f"{self.name} is not marked as ours and is not deleted")
        if there.version != self.version:
            raise StepRefusedError(f"{self.name} was changed since the plan was made and is not deleted")
        if running := active_run(world, self.arn):
            raise StepRefusedError(f"{self.name} has a run going on ({running}); stop it or wait for it")
        kept = kept_of(there)
        place = str(kept.definition) if kept else "nowhere"
        return Delete(self.name, self.dag_id, self.arn, place, self.keep(kept) if kept else "")

    def apply(self, world: World, step: Delete, done: Done) -> Deleted:
        try:
            world.workflows.delete(self.arn)
        except CallError as error:
            if error.cause is not Cause.NOT_FOUND:
                raise
        return Deleted(self.arn)
