"""Creates a workflow with a token of our own, so that a lost answer never makes a second one
(docs/faults.md 2, 17, 18, 30).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.definition import digest, same_meaning
from dagconv.deploy.deployment import Deployment, S3Location, create_request, sent_again
from dagconv.deploy.remote import MANUAL, TAG_MIGRATION, TAG_SHA, bears, find_again, read_remote, said_owner
from dagconv.deploy.steps.runs import wait_for_runs
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
from dagconv.deploy.steps.upload_object import UploadCode, UploadDefinition, Uploaded, require_unchanged

# How long a new trust policy may take to reach the service, and a deletion to end; seconds.
_TRUST_WAIT, _TRUST_STEP = 120.0, 5.0
_DELETION_WAIT, _DELETION_STEP = 300.0, 5.0
_NOT_ASSUMABLE = re.compile(
    r"(?i)\b(cannot|unable|not|failed).{0,60}\bassum|\bassum.{0,60}(cannot|unable|not authori|fail)"
)


@dataclass(frozen=True, slots=True)
class Made(Outcome):
    """A version of a workflow. `adopted` when the workflow was there already; `warnings` are the service's."""

    arn: str
    version: str
    warnings: tuple[str, ...] = ()
    adopted: bool = False

    @property
    def versions(self) -> tuple[str, ...]:
        return (self.version,)


@dataclass(frozen=True, slots=True)
class Create(OfWorkflow[Made]):
    """`owner` is the migration's mark, `sha256` the definition's, by which the workflow is known again."""

    yields: ClassVar[type[Outcome]] = Made
    kind: ClassVar[str] = "create"
    place: ClassVar[Place] = Place.WORKFLOW
    token: str
    owner: str
    sha256: str

    def find(self, world: World) -> Made | None:
        """Nothing is looked up: repeating the call with the same token is the safe way to find the workflow."""
        return None

    def settle(self, world: World) -> Made | None:
        """For a rollback, which must not create: the workflow of this name, if it is the one that was asked for."""
        for summary in world.workflows.all():
            if summary.get("Name") != self.name:
                continue
            tags = world.workflows.tags(summary["WorkflowArn"])
            if bears(tags, self.owner, self.dag) and tags.get(TAG_SHA) == self.sha256:
                return Made(str(summary["WorkflowArn"]), str(summary.get("WorkflowVersion", "")))
        return None

    def check(self, world: World, outcome: Made) -> Drift | None:
        return missing(world, outcome.arn)

    def undo(self, world: World, outcome: Made, undoing: Undoing) -> Undone:
        """Deletes the workflow that was made, unless somebody has changed it or taken it over since."""
        arn = outcome.arn
        if outcome.adopted:
            return Undone(f"{short(arn)} was there before and stays", True)
        there = find_again(world, arn, self.name, self.owner, self.dag)
        if there is None:
            return Undone(f"{short(arn)} is gone already")
        arn = str(there["WorkflowArn"])
        tags = world.workflows.tags(arn)
        if not bears(tags, self.owner, self.dag):
            return Undone(f"{short(arn)} is no longer marked as ours and stays", True)
        if there.get("WorkflowVersion") not in undoing.known:
            return Undone(f"{short(arn)} was changed by somebody since and stays", True)
        if there.get("WorkflowStatus") != "DELETING":
            wait_for_runs(world, self.name, arn, undoing.wait)
            world.workflows.delete(arn)
        return Undone(f"deleted workflow {short(arn)} (its log group and run history are not brought back)")


@dataclass(frozen=True, slots=True)
class CreateWorkflow(Action[Create, Made]):
    """`token` is one of the plan and the run: a plan applied anew after a rollback asks for a new workflow.

    `package` names the package's upload in this run; the VersionIds of both objects come from their outcomes.
    """

    needs_room: ClassVar[bool] = True
    deployment: Deployment
    token: str
    package: str | None = None

    @property
    def key(self) -> StepKey:
        return StepKey(Create.kind, self.deployment.name)

    def prepare(self, world: World, done: Done) -> Create:
        wanted = self.deployment
        return Create(wanted.name, wanted.dag_id, self.token, wanted.tags.get(TAG_MIGRATION, ""), wanted.sha256)

    def apply(self, world: World, step: Create, done: Done) -> Made:
        places = written(world, self.deployment, self.package, done)
        request = create_request(self.deployment, step.token, *places)
        waited = 0.0
        while True:
            try:
                return made_of(world.workflows.create(request))
            except CallError as error:
                if error.cause is Cause.CONFLICT:
                    found = self._adopt(world, error)
                    if found is not None:
                        return found
                    pause, limit = _DELETION_STEP, _DELETION_WAIT
                elif is_not_assumable(error):
                    pause, limit = _TRUST_STEP, _TRUST_WAIT
                else:
                    raise
                if waited >= limit:
                    raise
                world.clock.sleep(pause)
                waited += pause

    def verify(self, world: World, outcome: Made, done: Done) -> None:
        require_content(world, outcome.arn, self.deployment)
        written(world, self.deployment, self.package, done)

    def _adopt(self, world: World, error: CallError) -> Made | None:
        """The workflow that holds the name, if it is ours with this definition; None while it is being deleted.

        Raises StepRefusedError when it is somebody else's.
        """
        if error.detail.get("ResourceType") == "token":
            raise StepRefusedError("the service knows our token for another request; make a new plan")
        caller = world.identity.caller()
        place = f"arn:{caller.partition}:airflow-serverless:{caller.region}:{caller.account}:workflow"
        arn = f"{place}/{error.detail.get('ResourceId', '')}"
        try:
            there = world.workflows.get(arn)
            tags = world.workflows.tags(arn)
        except CallError as gone:
            if gone.cause is Cause.NOT_FOUND:
                return None
            raise
        if there.get("WorkflowStatus") == "DELETING":
            return None
        name = self.deployment.name
        if not bears(tags, self.deployment.tags.get(TAG_MIGRATION, ""), self.deployment.dag_id):
            raise StepRefusedError(
                f'the name "{name}" belongs to {arn}, {said_owner(tags)}; '
                f"`migrate import {name}` adopts one that is nobody's, --name-template gives another name"
            )
        if tags.get(TAG_SHA) != self.deployment.sha256:
            raise StepRefusedError(f"{arn} was made from another definition of this DAG meanwhile; make a new plan")
        return Made(arn, str(there.get("WorkflowVersion", "")), adopted=True)


def written(
    world: World, deployment: Deployment, package: str | None, done: Done
) -> tuple[S3Location, S3Location | None]:
    """Definition and package as they were uploaded in this run. Raises StepRefusedError where they are no longer."""
    keys = [StepKey(UploadDefinition.kind, deployment.name)]
    if package is not None:
        keys.append(StepKey(UploadCode.kind, package))
    places = []
    for key in keys:
        uploaded = done[key]
        assert isinstance(uploaded, Uploaded)
        require_unchanged(world, uploaded)
        places.append(uploaded.location)
    return places[0], places[1] if package is not None else None


def require_content(world: World, arn: str, deployment: Deployment) -> None:
    """Raises StepRefusedError unless the service holds the definition, byte for byte or spelt otherwise. A schedule
    that started with another content is switched off (docs/faults.md C10).
    """
    there = read_remote(world, {"WorkflowArn": arn}, tags={})
    if same_meaning(there.text, deployment.definition):
        return
    off = ""
    if there.trigger_mode != MANUAL:
        world.workflows.update({"WorkflowArn": arn, **sent_again(there.config), "TriggerMode": MANUAL})
        off = f", and is {MANUAL} now"
    held = f"content {digest(there.text.encode())[:16]}" if there.text else "content that cannot be read back"
    raise StepRefusedError(
        f"{short(arn)} does not hold the definition that was sent ({deployment.sha256[:16]}) but {held}{off}: "
        "somebody wrote to the bucket meanwhile; plan again"
    )


def missing(world: World, arn: str) -> Drift | None:
    """Why a workflow that the journal calls made cannot be counted on; None when it is there (docs/faults.md 44)."""
    try:
        status = world.workflows.get(arn).get("WorkflowStatus")
    except CallError as error:
        if error.cause is Cause.NOT_FOUND:
            return Drift(f"{arn} was made and is gone: somebody deleted it; plan again")
        raise
    return Drift(f"{arn} was made and is being deleted; plan again") if status == "DELETING" else None


def made_of(answer: Json) -> Made:
    warnings = tuple(str(warning) for warning in answer.get("Warnings", ()))
    return Made(str(answer["WorkflowArn"]), str(answer.get("WorkflowVersion", "")), warnings)


def is_not_assumable(error: CallError) -> bool:
    """Only this message is worth a wait; what else is invalid stays invalid (docs/faults.md 30)."""
    return error.cause in (Cause.INVALID, Cause.DENIED) and _NOT_ASSUMABLE.search(error.message) is not None
