"""Which workflows, ours or not, still need a role or a stored object: asked before either is taken away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dagconv.aws.services import CallError, Cause, World
from dagconv.deploy.deployment import S3Location, location_in


@dataclass(frozen=True, slots=True)
class User:
    """A workflow with what its newest version needs."""

    name: str
    role: str
    objects: tuple[S3Location, ...]


@dataclass(frozen=True, slots=True)
class Users:
    """All workflows of the account that are not on their way out."""

    all: tuple[User, ...]

    def of_role(self, arn: str) -> list[str]:
        return [user.name for user in self.all if user.role == arn]

    def of_object(self, place: S3Location) -> list[str]:
        """A workflow that pins no version uses whatever lies there."""
        return [user.name for user in self.all if any(_is_used(place, other) for other in user.objects)]


def read_users(world: World) -> Users:
    return Users(tuple(_each(world)))


def _each(world: World) -> Iterable[User]:
    for summary in world.workflows.all():
        if summary.get("WorkflowStatus") == "DELETING":
            continue
        try:
            whole = world.workflows.get(str(summary["WorkflowArn"]))
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                continue
            raise
        yield User(str(summary.get("Name", "")), str(whole.get("RoleArn", "")), tuple(_objects(whole)))


def _objects(whole: Mapping[str, Any]) -> Iterable[S3Location]:
    for member in (whole.get("DefinitionS3Location"), (whole.get("Code") or {}).get("S3Location")):
        place = location_in(member)
        if place is not None:
            yield place


def _is_used(place: S3Location, other: S3Location) -> bool:
    same = (place.bucket, place.key) == (other.bucket, other.key)
    return same and (other.version_id is None or other.version_id == place.version_id)
