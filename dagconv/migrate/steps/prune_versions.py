"""Deletes the oldest versions of a workflow to make room for an update; only when asked for (C1 20)."""

from __future__ import annotations

from dataclasses import dataclass

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.steps.step import Done, StepRefusedError, short

# The newest versions are never deleted: the one in force and those that a rollback goes back to.
_KEPT = 5


@dataclass(frozen=True, slots=True)
class PruneVersions:
    name: str
    arn: str
    count: int

    @property
    def step(self) -> str:
        return f"prune:{self.name}"

    def prepare(self, world: World, done: Done) -> Json:
        """Raises StepRefusedError when fewer than `count` old versions may go."""
        versions = sorted(world.workflows.versions(self.arn), key=lambda version: str(version.get("CreatedAt")))
        chosen = [str(v["WorkflowVersion"]) for v in versions[:-_KEPT] if not v.get("IsLatestVersion")][: self.count]
        if len(chosen) < self.count:
            raise StepRefusedError(f"{self.name} has only {len(chosen)} old versions; the newest {_KEPT} are kept")
        return {"arn": self.arn, "doomed": chosen}

    def apply(self, world: World, intent: Json, done: Done) -> Json:
        for version in intent["doomed"]:
            try:
                world.workflows.delete(self.arn, version)
            except CallError as error:
                if error.cause is not Cause.NOT_FOUND:
                    raise
        return {"arn": self.arn, "deleted": len(intent["doomed"])}

    def find(self, world: World, intent: Json, done: Done) -> Json | None:
        there = {version.get("WorkflowVersion") for version in world.workflows.versions(self.arn)}
        return None if there & set(intent["doomed"]) else {"arn": self.arn, "deleted": len(intent["doomed"])}

    def check(self, world: World, outcome: Json) -> str:
        return ""


def undo_prune(world: World, intent: Json, outcome: Json, known: set[str]) -> str:
    return f"{len(intent['doomed'])} old versions of {short(intent['arn'])} were deleted and do not come back"
