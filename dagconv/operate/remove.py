"""Deletes one workflow, and what was made for it where that is asked for; what is left is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dagconv.aws.services import CallError, Cause, World
from dagconv.deploy.deployment import S3Location, location_in
from dagconv.deploy.steps.runs import wait_for_runs
from dagconv.deploy.users import read_users
from dagconv.operate.find import Found

_MARK = "dagconv-sha256"


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a workflow has besides itself. `groups` are log groups that the service made for it."""

    objects: tuple[S3Location, ...]
    groups: tuple[str, ...]


def belongings(world: World, found: Found) -> Belongings:
    """The objects of all its versions that dagconv wrote, and its own log groups. Raises CallError."""
    places = [location_in(one.get("DefinitionS3Location")) for one in world.workflows.versions(found.arn)]
    places.append(location_in((found.whole.get("Code") or {}).get("S3Location")))
    objects = [place for place in dict.fromkeys(places) if place is not None and _is_ours(world, place)]
    own = f"/aws/mwaa-serverless/{found.arn.rsplit('/', 1)[-1]}"
    return Belongings(tuple(objects), tuple(group for group in (f"{own}/", own) if world.logs.has_group(group)))


def _is_ours(world: World, place: S3Location) -> bool:
    there = world.store.head(place.bucket, place.key, place.version_id)
    return there is not None and _MARK in there.metadata


def remove_workflow(world: World, found: Found, wait: float) -> None:
    """Waits for a run in progress at most `wait` seconds. Raises CallError, StepRefusedError."""
    wait_for_runs(world, found.name, found.arn, wait)
    try:
        world.workflows.delete(found.arn)
    except CallError as error:
        if error.cause is not Cause.NOT_FOUND:
            raise


def remove_objects(world: World, objects: tuple[S3Location, ...]) -> Iterator[str]:
    """Says of each object what became of it: one that another workflow needs stays. Raises CallError."""
    users = read_users(world)
    for place in objects:
        needing = users.of_object(place)
        if needing:
            yield f"{place} stays: {', '.join(needing[:5])} still needs it"
            continue
        world.store.delete(place.bucket, place.key, place.version_id)
        yield f"deleted {place}"
