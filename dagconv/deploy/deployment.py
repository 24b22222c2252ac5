"""A workflow as it shall be, between what was surveyed or asked for and what is sent to the service. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dagconv.aws.services import Json
from dagconv.deploy.definition import digest

# What a version carries: UpdateWorkflow drops members that it is not sent again (contract 6.3).
VERSION_MEMBERS = (
    "DefinitionS3Location",
    "RoleArn",
    "TriggerMode",
    "Code",
    "Description",
    "EngineVersion",
    "Environment",
    "LoggingConfiguration",
    "NetworkConfiguration",
)
# Where each workflow has its own log group, named after it (contract 6.6).
LOG_GROUPS = "/aws/mwaa-serverless/"
# Compared by meaning, not by member.
_COMPARED_APART = frozenset({"DefinitionS3Location", "TriggerMode"})


@dataclass(frozen=True, slots=True)
class Network:
    """Identifiers of subnets and security groups."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class S3Location:
    """`version_id` is None where the bucket keeps no usable version."""

    bucket: str
    key: str
    version_id: str | None = None

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def member(self) -> Json:
        pinned = {"VersionId": self.version_id} if self.version_id else {}
        return {"Bucket": self.bucket, "ObjectKey": self.key, **pinned}


def location_in(member: Any) -> S3Location | None:
    """An S3 location of an answer; None for one that names no object."""
    if not isinstance(member, Mapping) or not member.get("Bucket"):
        return None
    return S3Location(str(member["Bucket"]), str(member["ObjectKey"]), member.get("VersionId"))


@dataclass(frozen=True, slots=True)
class Deployment:
    """`definition` is the text, stored under `key` of `bucket` as the package is under `code`.

    `role` and `encryption_key` are ARNs (the key may be an id), `variables` those of its environment, `trigger` a
    mode as the service spells it, `engine` the EngineVersion to keep; `logging` is a log group.
    """

    name: str
    dag_id: str
    definition: str
    role: str
    bucket: str
    key: str
    trigger: str = "MANUAL"
    description: str | None = None
    code: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    network: Network | None = None
    logging: str | None = None
    engine: int | None = None
    encryption_key: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return digest(self.definition.encode())


@dataclass(frozen=True, slots=True)
class Kept:
    """A workflow that was deleted, as it was. `arn` was its own; `definition` and `code` are its pinned objects."""

    arn: str
    deployment: Deployment
    definition: S3Location
    code: S3Location | None


def version_request(deployment: Deployment, definition: S3Location, code: S3Location | None) -> Json:
    """The members of a version, whole every time (contract 6.3, rule 60); the objects pinned as they were written."""
    members: Json = {"DefinitionS3Location": definition.member(), **_settings(deployment)}
    if code is not None:
        members["Code"] = {"S3Location": code.member()}
    return members


def create_request(deployment: Deployment, token: str, definition: S3Location, code: S3Location | None) -> Json:
    request: Json = {
        "Name": deployment.name,
        "ClientToken": token,
        **version_request(deployment, definition, code),
        "Tags": dict(deployment.tags),
    }
    if deployment.encryption_key is not None:
        request["EncryptionConfiguration"] = {
            "Type": "CUSTOMER_MANAGED_KEY",
            "KmsKeyId": deployment.encryption_key,
        }
    return request


def sent_again(workflow: Mapping[str, Any]) -> Json:
    """All that a version of GetWorkflow carries, ready to be sent again."""
    members = {name: workflow[name] for name in VERSION_MEMBERS if workflow.get(name)}
    location = members.get("DefinitionS3Location")
    if isinstance(location, Mapping):
        members["DefinitionS3Location"] = {key: value for key, value in location.items() if value}
    return members


def changed_members(deployment: Deployment, workflow: Mapping[str, Any]) -> list[str]:
    """Members of GetWorkflow that differ."""
    return list(differing_members(deployment, workflow))


def differing_members(deployment: Deployment, workflow: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Members of GetWorkflow that differ, with what is there and what is wanted. A package is the same when its bytes
    are: its key holds their hash.
    """
    wanted = _settings(deployment)
    if deployment.code is not None:
        wanted["Code"] = {"S3Location": {"Bucket": deployment.bucket, "ObjectKey": deployment.code}}
    return {
        name: (workflow.get(name), wanted.get(name))
        for name in VERSION_MEMBERS
        if name not in _COMPARED_APART and not _same_member(name, wanted.get(name), workflow.get(name))
    }


def idempotency_token(*parts: object) -> str:
    """A ClientToken that follows from what is asked for, so that a repeat of the same makes no second workflow."""
    return "dagconv-" + hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]


def _settings(deployment: Deployment) -> Json:
    members: Json = {"RoleArn": deployment.role, "TriggerMode": deployment.trigger}
    if deployment.description:
        members["Description"] = deployment.description
    if deployment.variables:
        members["Environment"] = {"Variables": dict(sorted(deployment.variables.items()))}
    if deployment.network is not None:
        members["NetworkConfiguration"] = {
            "SubnetIds": list(deployment.network.subnets),
            "SecurityGroupIds": list(deployment.network.security_groups),
        }
    if deployment.logging:
        members["LoggingConfiguration"] = {"LogGroupName": deployment.logging}
    if deployment.engine is not None:
        members["EngineVersion"] = deployment.engine
    return members


def _same_member(name: str, wanted: Any, there: Any) -> bool:
    if name == "Code":
        wanted, there = (v and {k: x for k, x in v["S3Location"].items() if k != "VersionId"} for v in (wanted, there))
    return bool(_plain(wanted) == _plain(there))


def _plain(value: Any) -> Any:
    """Absent, empty and nothing are the same; the order of subnets does not matter."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items() if _plain(v) is not None} or None
    if isinstance(value, list | tuple):
        return sorted(map(str, value)) or None
    return None if value in (None, "") else value
