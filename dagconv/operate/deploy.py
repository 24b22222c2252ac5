"""Carries a deploy out: uploads, creates or updates, reads back and compares every member."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dagconv.aws.repeat import repeat_unknown
from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.definition import same_meaning
from dagconv.deploy.deployment import (
    Deployment,
    S3Location,
    changed_members,
    create_request,
    location_in,
    sent_again,
    version_request,
)
from dagconv.deploy.steps.create_workflow import Made, is_not_assumable, made_of
from dagconv.deploy.steps.step import StepRefusedError
from dagconv.deploy.steps.upload_object import UploadCode, UploadDefinition, UploadObject
from dagconv.errors import DagconvError, UsageError
from dagconv.operate.desire import Intent, Wishes
from dagconv.operate.find import Found, read_found

# How long a fresh role may take to reach the service, and a namesake to be gone; seconds.
_ROLE_WAIT, _DELETION_WAIT, _PAUSE = 60.0, 300.0, 5.0


class RacedError(DagconvError):
    """Somebody else changed the workflow meanwhile; what is there now is said."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """`warnings` are the service's own."""

    arn: str
    version: str
    warnings: tuple[str, ...]


def require_owned(there: Found, *, adopt: bool) -> None:
    """Raises UsageError for a workflow that another hand made, unless it is to be adopted."""
    if not there.ours and not adopt:
        raise UsageError(f"{there.name} is {there.owner}; --adopt takes it over, and says so in its tags")


def carry_out(world: World, intent: Intent, wishes: Wishes) -> Deployed:
    """Raises CallError, StepRefusedError, RacedError, UsageError."""
    deployment = intent.deployment
    if intent.there is not None and {change.member for change in intent.changes} == {"tags"}:
        world.workflows.tag(intent.there.arn, deployment.tags)  # tags are of the workflow: no version for them
        return Deployed(intent.there.arn, intent.there.version, ())
    definition = _upload(world, UploadDefinition, deployment, deployment.key, deployment.definition.encode())
    code = _code(world, intent, wishes)
    if intent.there is None:
        made = _create(world, deployment, definition, code)
    else:
        made = _update(world, intent.there, deployment, definition, code)
    _read_back(world, made, deployment)
    return Deployed(made.arn, made.version, made.warnings)


def _code(world: World, intent: Intent, wishes: Wishes) -> S3Location | None:
    deployment = intent.deployment
    if deployment.code is None:
        return None
    if wishes.code is None:
        assert intent.there is not None
        return location_in((intent.there.whole.get("Code") or {}).get("S3Location"))
    return _upload(world, UploadCode, deployment, deployment.code, wishes.code)


def _upload(
    world: World, kind: type[UploadDefinition] | type[UploadCode], wanted: Deployment, key: str, body: bytes
) -> S3Location:
    action = UploadObject(kind, wanted.name, wanted.dag_id, wanted.bucket, key, body, wanted.encryption_key)
    step = action.prepare(world, {})
    return repeat_unknown(lambda: action.apply(world, step, {}), lambda: step.find(world), world.clock).location


def _create(world: World, wanted: Deployment, definition: S3Location, code: S3Location | None) -> Made:
    """One token for the whole call, so that a lost answer makes no second workflow."""
    request = create_request(wanted, f"dagconv-{uuid.uuid4().hex}", definition, code)
    waited = 0.0
    while True:
        try:
            return made_of(repeat_unknown(lambda: world.workflows.create(request), lambda: None, world.clock))
        except CallError as error:
            limit = _wait_for(error)
            if waited >= limit:
                raise
            world.say(f"waiting: {error.message}")
            world.clock.sleep(_PAUSE)
            waited += _PAUSE


def _wait_for(error: CallError) -> float:
    """How long a refusal may be waited for: a fresh role spreads, a deletion ends; all else stays refused."""
    if is_not_assumable(error):
        return _ROLE_WAIT
    return _DELETION_WAIT if error.cause is Cause.CONFLICT and "delet" in error.message.lower() else 0.0


def _update(world: World, there: Found, wanted: Deployment, definition: S3Location, code: S3Location | None) -> Made:
    """The API has no conditional update: the version is read right before, and the list of versions after it."""
    now = read_found(world, there.arn)
    if now.version != there.version:
        raise RacedError(f"{there.name} was changed by somebody a moment ago (version {now.version}); deploy again")
    made = _send(world, there, version_request(wanted, definition, code))
    if any(there.tags.get(name) != value for name, value in wanted.tags.items()):
        world.workflows.tag(there.arn, wanted.tags)
    _require_alone(world, there, made)
    return made


def set_trigger(world: World, there: Found, mode: str) -> str:
    """A new version that differs in its trigger mode only. Raises CallError, RacedError, StepRefusedError."""
    now = read_found(world, there.arn)
    if now.version != there.version:
        raise RacedError(f"{there.name} was changed by somebody a moment ago (version {now.version}); try again")
    made = _send(world, there, {**sent_again(now.whole), "TriggerMode": mode})
    _require_alone(world, there, made)
    if (after := read_found(world, there.arn)).trigger != mode:
        raise StepRefusedError(f"{there.name} says {after.trigger} after it was set to {mode}; look at it")
    return made.version


def _send(world: World, there: Found, members: Json) -> Made:
    """UpdateWorkflow; an answer that was lost is looked for before the call is repeated."""
    place = location_in(members.get("DefinitionS3Location"))

    def changed() -> Json | None:
        after = world.workflows.get(there.arn)
        ours = location_in(after.get("DefinitionS3Location")) == place
        same = ours and after.get("TriggerMode") == members.get("TriggerMode")
        return after if same and after.get("WorkflowVersion") != there.version else None

    request: Json = {"WorkflowArn": there.arn, **members}
    return made_of(repeat_unknown(lambda: world.workflows.update(request), changed, world.clock))


def _require_alone(world: World, there: Found, made: Made) -> None:
    """Raises RacedError where a version of somebody else came between the one that was read and ours."""
    versions = sorted(world.workflows.versions(there.arn), key=lambda one: str(one.get("CreatedAt", "")))
    numbers = [str(one.get("WorkflowVersion")) for one in versions]
    if made.version in numbers:
        before = numbers[: numbers.index(made.version)]
        since = before[before.index(there.version) + 1 :] if there.version in before else []
        if since:
            raise RacedError(f"{there.name}: version {', '.join(since)} of somebody else came between; ours is on top")


def _read_back(world: World, made: Made, wanted: Deployment) -> None:
    """Raises StepRefusedError unless the service holds what was sent, member by member."""
    found = read_found(world, made.arn)
    wrong = changed_members(wanted, found.whole)
    if found.trigger != wanted.trigger:
        wrong.append("TriggerMode")
    if not same_meaning(found.text, wanted.definition):
        wrong.append("definition")
    if wrong:
        raise StepRefusedError(f"{wanted.name} does not hold what was sent: {', '.join(wrong)} differ; look at it")
