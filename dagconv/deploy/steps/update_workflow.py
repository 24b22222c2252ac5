"""Makes a new version of a workflow of ours; everything that a version carries is sent again
(docs/faults.md 3, 20, 50, 51).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.deployment import Deployment, S3Location, location_in, sent_again, version_request
from dagconv.deploy.remote import TAG_SHA
from dagconv.deploy.steps.create_workflow import Made, made_of, missing, require_content, written
from dagconv.deploy.steps.step import (
    Action,
    Done,
    Drift,
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
class Previous:
    """The version that was in force. Values of variables are not kept, only whether there were any."""

    version: str
    location: S3Location | None
    trigger_mode: str
    has_variables: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class Update(OfWorkflow[Made]):
    """A newer version with this `definition`, `code` and `trigger_mode` is ours."""

    yields: ClassVar[type[Outcome]] = Made
    kind: ClassVar[str] = "update"
    place: ClassVar[Place] = Place.WORKFLOW
    arn: str
    definition: S3Location
    code: S3Location | None
    trigger_mode: str
    tags: Mapping[str, str]
    before: Previous

    @property
    def versions(self) -> tuple[str, ...]:
        return (self.before.version,)

    def find(self, world: World) -> Made | None:
        there = world.workflows.get(self.arn)
        if there.get("WorkflowVersion") == self.before.version:
            return None
        places = (
            location_in(there.get("DefinitionS3Location")),
            location_in((there.get("Code") or {}).get("S3Location")),
        )
        if places != (self.definition, self.code) or there.get("TriggerMode") != self.trigger_mode:
            return None
        world.workflows.tag(self.arn, self.tags)
        return Made(self.arn, str(there["WorkflowVersion"]))

    def check(self, world: World, outcome: Made) -> Drift | None:
        return missing(world, outcome.arn)

    def undo(self, world: World, outcome: Made, undoing: Undoing) -> Undone:
        """Makes the content of the previous version the newest again; the versions used stay used."""
        arn = self.arn
        try:
            there = world.workflows.get(arn)
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                return Undone(f"{short(arn)} is gone; it is not made again")
            raise
        previous = self._previous_members(world)
        if previous is None:
            return Undone(
                f"{short(arn)} stays: its previous version is gone and had variables, which are not kept", True
            )
        if sent_again(there) != previous:
            if there.get("WorkflowVersion") not in undoing.known:
                return Undone(f"{short(arn)} was changed by somebody since and stays", True)
            world.workflows.update({"WorkflowArn": arn, **previous})
            there = world.workflows.get(arn)
            if sent_again(there) != previous:
                raise StepRefusedError(f"{short(arn)} does not read back as it was before")
        undoing.known.add(str(there.get("WorkflowVersion")))
        if self.before.sha256:
            world.workflows.tag(arn, {TAG_SHA: self.before.sha256})
        text = f"{short(arn)} has the content of version {self.before.version} again (one more version is used)"
        return Undone(text)

    def _previous_members(self, world: World) -> Json | None:
        """What the version before carried: from the service, or from the journal where that is complete."""
        try:
            return sent_again(world.workflows.get(self.arn, self.before.version))
        except CallError as error:
            if error.cause is not Cause.NOT_FOUND:
                raise
        if self.before.has_variables or self.before.location is None:
            return None
        current = sent_again(world.workflows.get(self.arn))
        location, mode = self.before.location.member(), self.before.trigger_mode
        return {**current, "DefinitionS3Location": location, "TriggerMode": mode}


@dataclass(frozen=True, slots=True)
class UpdateWorkflow(Action[Update, Made]):
    """`version` is the one that the deployment rests on; `overwrite` takes a workflow that was changed since."""

    deployment: Deployment
    arn: str
    version: str
    package: str | None = None
    overwrite: bool = False

    @property
    def key(self) -> StepKey:
        return StepKey(Update.kind, self.deployment.name)

    def prepare(self, world: World, done: Done) -> Update:
        wanted, there = self.deployment, world.workflows.get(self.arn)
        if there.get("WorkflowVersion") != self.version and not self.overwrite:
            raise StepRefusedError(
                f"{wanted.name} was changed since the plan was made; plan again, or pass --overwrite"
            )
        if there.get("WorkflowStatus") == "DELETING":
            raise StepRefusedError(f"{wanted.name} is being deleted; plan again when it is gone")
        before = Previous(
            str(there.get("WorkflowVersion", "")),
            location_in(there.get("DefinitionS3Location")),
            str(there.get("TriggerMode", "")),
            bool((there.get("Environment") or {}).get("Variables")),
            world.workflows.tags(self.arn).get(TAG_SHA, ""),
        )
        places = written(world, wanted, self.package, done)
        return Update(wanted.name, wanted.dag_id, self.arn, *places, wanted.trigger, wanted.tags, before)

    def apply(self, world: World, step: Update, done: Done) -> Made:
        members = version_request(self.deployment, step.definition, step.code)
        outcome = made_of(world.workflows.update({"WorkflowArn": self.arn, **members}))
        world.workflows.tag(self.arn, self.deployment.tags)
        return outcome

    def verify(self, world: World, outcome: Made, done: Done) -> None:
        require_content(world, self.arn, self.deployment)
        written(world, self.deployment, self.package, done)
