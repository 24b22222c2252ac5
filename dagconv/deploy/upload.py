"""`convert --bucket`: uploads definitions by the action that a migration uses, under the same keys."""

from __future__ import annotations

from collections.abc import Iterable

from dagconv.aws.services import CallError, Cause, World
from dagconv.deploy.definition import digest, object_key
from dagconv.deploy.steps.step import StepRefusedError
from dagconv.deploy.steps.upload_object import UploadObject

_REPEATS = 4


def upload_definitions(world: World, bucket: str, prefix: str, definitions: Iterable[tuple[str, str]]) -> list[str]:
    """Uploads (name, text) pairs; the places written, as s3:// addresses with their versions.

    Raises CallError, and StepRefusedError for an object that dagconv did not write.
    """
    versioning = str(world.store.describe(bucket)["versioning"])
    places = []
    for name, text in definitions:
        key = object_key(prefix, name, digest(text.encode()), versioning)
        action = UploadObject(name, bucket, key, text.encode())
        outcome = _upload(world, action)
        version = f"?versionId={outcome}" if outcome else ""
        places.append(f"s3://{bucket}/{key}{version}")
    return places


def _upload(world: World, action: UploadObject) -> str | None:
    """The VersionId of the object; a lost answer is looked for before the write is repeated."""
    intent = action.prepare(world, {})
    for repeat in range(_REPEATS):
        try:
            version: str | None = action.apply(world, intent, {})["version_id"]
            return version
        except CallError as error:
            if error.cause is not Cause.UNKNOWN or repeat == _REPEATS - 1:
                raise
            world.clock.sleep(1.0 * 2**repeat)
    raise AssertionError("the loop returns or raises")


__all__ = ["CallError", "StepRefusedError", "upload_definitions"]
