"""Deletes the oldest versions of a workflow to make room for an update; only when asked for (docs/faults.md 20)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import CallError, Cause, World
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

# The newest versions are never deleted: the one in force and those that a rollback goes back to.
_KEPT = 5


@dataclass(frozen=True, slots=True)
class Pruned(Outcome):
    arn: str
    deleted: int


@dataclass(frozen=True, slots=True)
class Prune(OfWorkflow[Pruned]):
    yields: ClassVar[type[Outcome]] = Pruned
    kind: ClassVar[str] = "prune"
    place: ClassVar[Place] = Place.ROOM
    arn: str
    doomed: tuple[str, ...]

    def find(self, world: World) -> Pruned | None:
        there = {version.get("WorkflowVersion") for version in world.workflows.versions(self.arn)}
        return None if there & set(self.doomed) else Pruned(self.arn, len(self.doomed))

    def undo(self, world: World, outcome: Pruned, undoing: Undoing) -> Undone:
        return Undone(f"{len(self.doomed)} old versions of {short(self.arn)} were deleted and do not come back")


@dataclass(frozen=True, slots=True)
class PruneVersions(Action[Prune, Pruned]):
    name: str
    dag_id: str
    arn: str
    count: int

    @property
    def key(self) -> StepKey:
        return StepKey(Prune.kind, self.name)

    def prepare(self, world: World, done: Done) -> Prune:
        """Raises StepRefusedError when fewer than `count` old versions may go."""
        versions = sorted(world.workflows.versions(self.arn), key=lambda version: str(version.get("CreatedAt")))
        chosen = [str(v["WorkflowVersion"]) for v in versions[:-_KEPT] if not v.get("IsLatestVersion")][: self.count]
        if len(chosen) < self.count:
            raise StepRefusedError(f"{self.name} has only {len(chosen)} old versions; the newest {_KEPT} are kept")
        return Prune(self.name, self.dag_id, self.arn, tuple(chosen))

    def apply(self, world: World, step: Prune, done: Done) -> Pruned:
        for version in step.doomed:
            try:
                world.workflows.delete(self.arn, version)
            except CallError as error:
                if error.cause is not Cause.NOT_FOUND:
                    raise
        return Pruned(self.arn, len(step.doomed))
