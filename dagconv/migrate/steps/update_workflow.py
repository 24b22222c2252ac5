"""Makes a new version of a workflow of ours; everything that a version carries is sent again (C1 3, 20, 50, 51)."""

from __future__ import annotations

from dataclasses import dataclass

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.remote import TAG_SHA
from dagconv.deploy.steps.step import Done, StepRefusedError, short, version_members
from dagconv.migrate.plan.item import Item
from dagconv.migrate.steps.create_workflow import missing, outcome_of, with_locations


@dataclass(frozen=True, slots=True)
class UpdateWorkflow:
    """`overwrite` takes a workflow that was changed since the plan was made (C1 44)."""

    item: Item
    bucket: str
    overwrite: bool = False

    @property
    def step(self) -> str:
        return f"update:{self.item.name}"

    def prepare(self, world: World, done: Done) -> Json:
        there = world.workflows.get(self.item.arn)
        if there.get("WorkflowVersion") != self.item.version and not self.overwrite:
            raise StepRefusedError(
                f"{self.item.name} was changed since the plan was made; plan again, or pass --overwrite"
            )
        if there.get("WorkflowStatus") == "DELETING":
            raise StepRefusedError(f"{self.item.name} is being deleted; plan again when it is gone")
        return {
            "arn": self.item.arn,
            "dag_id": self.item.dag_id,
            "before": {
                "version": there.get("WorkflowVersion", ""),
                "location": there.get("DefinitionS3Location"),
                "trigger_mode": there.get("TriggerMode"),
                "has_variables": bool(there.get("Environment", {}).get("Variables")),
                "sha256": world.workflows.tags(self.item.arn).get(TAG_SHA, ""),
            },
        }

    def apply(self, world: World, intent: Json, done: Done) -> Json:
        outcome = outcome_of(world.workflows.update(self._request(done)))
        world.workflows.tag(self.item.arn, self.item.request["Tags"])
        return outcome

    def find(self, world: World, intent: Json, done: Done) -> Json | None:
        there = world.workflows.get(self.item.arn)
        request = self._request(done)
        if there.get("WorkflowVersion") == intent["before"]["version"]:
            return None
        same = all(there.get(name) == request.get(name) for name in ("DefinitionS3Location", "Code", "TriggerMode"))
        if not same:
            return None
        world.workflows.tag(self.item.arn, self.item.request["Tags"])
        return {"arn": self.item.arn, "version": there["WorkflowVersion"], "warnings": [], "adopted": False}

    def _request(self, done: Done) -> Json:
        fixed = ("Tags", "EncryptionConfiguration")
        members = {name: value for name, value in self.item.request.items() if name not in fixed}
        located = with_locations(members, self.bucket, self.item.key, done, self.item.name)
        return {"WorkflowArn": self.item.arn, **located}

    def check(self, world: World, outcome: Json) -> str:
        return missing(world, outcome["arn"])


def undo_update(world: World, intent: Json, outcome: Json, known: set[str]) -> str:
    """Makes the content of the previous version the newest again; the versions used stay used."""
    arn, before = intent["arn"], intent["before"]
    try:
        there = world.workflows.get(arn)
    except CallError as error:
        if error.cause is Cause.NOT_FOUND:
            return f"{short(arn)} is gone; it is not made again"
        raise
    previous = previous_members(world, arn, before)
    if previous is None:
        return f"{short(arn)} stays: its previous version is gone and had variables, which are not kept here"
    if version_members(there) != previous:
        if there.get("WorkflowVersion") not in known:
            return f"{short(arn)} was changed by somebody since and stays"
        world.workflows.update({"WorkflowArn": arn, **previous})
        there = world.workflows.get(arn)
        if version_members(there) != previous:
            raise StepRefusedError(f"{short(arn)} does not read back as it was before")
    known.add(str(there.get("WorkflowVersion")))
    if before.get("sha256"):
        world.workflows.tag(arn, {TAG_SHA: before["sha256"]})
    return f"{short(arn)} has the content of version {before['version']} again (one more version is used)"


def previous_members(world: World, arn: str, before: Json) -> Json | None:
    """What the version before carried: from the service, or from the journal where that is complete."""
    try:
        return version_members(world.workflows.get(arn, before["version"]))
    except CallError as error:
        if error.cause is not Cause.NOT_FOUND:
            raise
    if before["has_variables"] or not before.get("location"):
        return None
    current = version_members(world.workflows.get(arn))
    return {**current, "DefinitionS3Location": before["location"], "TriggerMode": before["trigger_mode"]}
