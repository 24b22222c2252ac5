"""`convert --bucket`: uploads definitions by the step that a migration makes, under the same keys."""

from __future__ import annotations

from collections.abc import Iterable

from dagconv.aws.repeat import repeat_unknown
from dagconv.aws.services import CallError, World
from dagconv.deploy.definition import digest, object_key
from dagconv.deploy.deployment import S3Location
from dagconv.deploy.steps.step import StepRefusedError
from dagconv.deploy.steps.upload_object import UploadDefinition, UploadObject


def upload_definitions(world: World, bucket: str, prefix: str, definitions: Iterable[tuple[str, str]]) -> list[str]:
    """Uploads (name, text) pairs; the places written, as s3:// addresses with their versions.

    Raises CallError, and StepRefusedError for an object that dagconv did not write.
    """
    versioning = world.store.describe(bucket).versioning
    places = []
    for name, text in definitions:
        key = object_key(prefix, name, digest(text.encode()), versioning)
        action = UploadObject(UploadDefinition, name, name, bucket, key, text.encode())
        location = _upload(world, action)
        version = f"?versionId={location.version_id}" if location.version_id else ""
        places.append(f"{location}{version}")
    return places


def _upload(world: World, action: UploadObject) -> S3Location:
    step = action.prepare(world, {})
    made = repeat_unknown(lambda: action.apply(world, step, {}), lambda: step.find(world), world.clock)
    return made.location


__all__ = ["CallError", "StepRefusedError", "upload_definitions"]
