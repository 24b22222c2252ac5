"""What a deploy asks for, put together from the call, the definition and the workflow as it is; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dagconv.deploy.definition import digest, same_meaning, schedule_of
from dagconv.deploy.deployment import Deployment, Network, changed_members, location_in
from dagconv.deploy.remote import MANUAL, SCHEDULED, TAG_DAG, TAG_SHA
from dagconv.errors import UsageError
from dagconv.operate.find import DEPLOYED_BY, TAG_DEPLOYED, Found

_PREFIX = "workflows"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the call says of a workflow; None for what it leaves as it is, or to the service. `trigger` is a mode."""

    name: str
    dag_id: str
    definition: str
    bucket: str | None = None
    role: str | None = None
    code: bytes | None = None
    variables: Mapping[str, str] | None = None
    network: Network | None = None
    logging: str | None = None
    description: str | None = None
    encryption_key: str | None = None
    engine: int | None = None
    trigger: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A member that a deploy would change; `before` is None for a workflow that is new."""

    member: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Intent:
    """`changes` is empty where the workflow is as it shall be already."""

    deployment: Deployment
    there: Found | None
    changes: tuple[Change, ...]

    @property
    def live(self) -> bool:
        """Whether the deploy starts a schedule, or changes one that runs."""
        wanted = self.deployment
        scheduled = wanted.trigger == SCHEDULED and schedule_of(wanted.definition) is not None
        was = self.there is not None and self.there.trigger == SCHEDULED
        same = self.there is not None and schedule_of(self.there.text) == schedule_of(wanted.definition)
        return scheduled and not (was and same)


def intend(wishes: Wishes, there: Found | None) -> Intent:
    """Raises UsageError where a new workflow lacks what it needs, or an old one cannot be changed so."""
    deployment = _changed(wishes, there) if there is not None else _new(wishes)
    return Intent(deployment, there, tuple(_changes(deployment, there)))


def _new(wishes: Wishes) -> Deployment:
    if not wishes.bucket:
        raise UsageError(f"{wishes.name} is new: say where its definition is kept, --bucket NAME")
    if not wishes.role:
        raise UsageError(f"{wishes.name} is new: say which role its tasks have, --role ARN")
    scheduled = schedule_of(wishes.definition) is not None
    if scheduled and wishes.trigger is None:
        raise UsageError(f"{wishes.name} has a schedule: say --schedule to let it run by the clock, or --manual")
    return _deployment(
        wishes,
        {},
        wishes.role,
        wishes.bucket,
        _PREFIX,
        wishes.trigger or MANUAL,
        _code_key(wishes, _PREFIX),
    )


def _changed(wishes: Wishes, there: Found) -> Deployment:
    """What the call leaves out comes from the workflow: UpdateWorkflow drops what it is not sent again."""
    whole = there.whole
    key = (whole.get("EncryptionConfiguration") or {}).get("KmsKeyId")
    if wishes.encryption_key and wishes.encryption_key != key:
        raise UsageError(f"{wishes.name} is encrypted with {key or 'the key of the service'}, which cannot be changed")
    place = location_in(whole.get("DefinitionS3Location"))
    bucket = wishes.bucket or (place.bucket if place else None)
    if not bucket:
        raise UsageError(f"{wishes.name} does not say where its definition is kept: --bucket NAME")
    prefix = place.key.rpartition("/")[0] if place and place.bucket == bucket else _PREFIX
    code = location_in((whole.get("Code") or {}).get("S3Location"))
    kept = code.key if code is not None and code.bucket == bucket else None
    if code is not None and kept is None and wishes.code is None:
        raise UsageError(f"the code package of {wishes.name} is in {code}: give it anew with --code-package to move it")
    return _deployment(
        wishes,
        whole,
        wishes.role or str(whole.get("RoleArn", "")),
        bucket,
        prefix,
        wishes.trigger or there.trigger or MANUAL,
        _code_key(wishes, prefix) or kept,
    )


def _deployment(
    wishes: Wishes,
    whole: Mapping[str, Any],
    role: str,
    bucket: str,
    prefix: str,
    trigger: str,
    code: str | None,
) -> Deployment:
    network = whole.get("NetworkConfiguration") or {}
    old = Network(tuple(network.get("SubnetIds", ())), tuple(network.get("SecurityGroupIds", ())))
    there = (whole.get("Environment") or {}).get("Variables") or {}
    sha = digest(wishes.definition.encode())
    return Deployment(
        name=wishes.name,
        dag_id=wishes.dag_id,
        definition=wishes.definition,
        role=role,
        bucket=bucket,
        key=f"{prefix}/{wishes.name}.{sha[:16]}.yaml".lstrip("/"),
        trigger=trigger,
        description=wishes.description if wishes.description is not None else whole.get("Description"),
        code=code,
        variables=wishes.variables if wishes.variables is not None else there,
        network=wishes.network or (old if network else None),
        logging=wishes.logging or (whole.get("LoggingConfiguration") or {}).get("LogGroupName"),
        engine=wishes.engine or whole.get("EngineVersion"),
        encryption_key=wishes.encryption_key,
        tags={**wishes.tags, TAG_DEPLOYED: DEPLOYED_BY, TAG_DAG: wishes.dag_id, TAG_SHA: sha},
    )


def _code_key(wishes: Wishes, prefix: str) -> str | None:
    if wishes.code is None:
        return None
    return f"{prefix}/{wishes.name}.{digest(wishes.code)[:16]}.zip".lstrip("/")


def _changes(wanted: Deployment, there: Found | None) -> list[Change]:
    if there is None:
        return [Change("workflow", None, wanted.name)]
    changes = []
    if not same_meaning(there.text, wanted.definition):
        changes.append(Change("definition", digest(there.text.encode())[:16], wanted.sha256[:16]))
    if there.trigger != wanted.trigger:
        changes.append(Change("TriggerMode", there.trigger, wanted.trigger))
    for member in changed_members(wanted, there.whole):
        changes.append(Change(member, there.whole.get(member), _said(wanted, member)))
    missing = {name: value for name, value in wanted.tags.items() if there.tags.get(name) != value}
    if missing.keys() - {TAG_SHA}:
        changes.append(Change("tags", {name: there.tags.get(name) for name in missing}, missing))
    return changes


def _said(wanted: Deployment, member: str) -> Any:
    """The new value of a member; of variables their names only."""
    match member:
        case "RoleArn":
            return wanted.role
        case "Code":
            return wanted.code
        case "Description":
            return wanted.description
        case "EngineVersion":
            return wanted.engine
        case "Environment":
            return sorted(wanted.variables)
        case "LoggingConfiguration":
            return wanted.logging
        case "NetworkConfiguration":
            return [*wanted.network.subnets, *wanted.network.security_groups] if wanted.network else None
        case _:
            return None
