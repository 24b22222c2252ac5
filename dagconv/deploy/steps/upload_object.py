"""Uploads a definition or code package under a key of ours; never over somebody else's object
(docs/faults.md 1, 33-38).
"""

from __future__ import annotations

from dataclasses import dataclass

from dagconv.aws.services import CallError, Cause, Json, StoredObject, World
from dagconv.deploy.definition import digest
from dagconv.deploy.steps.step import Done, StepRefusedError

_MARK = "dagconv-sha256"


@dataclass(frozen=True, slots=True)
class UploadObject:
    """`name` is the workflow's name, or "code" for the package."""

    name: str
    bucket: str
    key: str
    body: bytes
    kms_key: str | None = None

    @property
    def step(self) -> str:
        return f"upload:{self.name}"

    def prepare(self, world: World, done: Done) -> Json:
        there = world.store.head(self.bucket, self.key)
        return {
            "bucket": self.bucket,
            "key": self.key,
            "sha256": digest(self.body),
            "before": {"etag": there.etag, "version_id": there.version_id} if there else None,
        }

    def apply(self, world: World, intent: Json, done: Done) -> Json:
        there = world.store.head(self.bucket, self.key)
        if there is not None and self._holds(world, there):
            return self._outcome(intent, there)
        if there is not None and _MARK not in there.metadata:
            raise StepRefusedError(
                f"s3://{self.bucket}/{self.key} holds an object that dagconv did not write; "
                "move it away or choose another --prefix"
            )
        try:
            written = world.store.put(
                self.bucket,
                self.key,
                self.body,
                metadata={_MARK: intent["sha256"]},
                replaces=there.etag if there else None,
                kms_key=self.kms_key,
            )
        except CallError as error:
            if error.cause is Cause.PRECONDITION:
                raise StepRefusedError(
                    f"s3://{self.bucket}/{self.key} was written by somebody else just now"
                ) from error
            raise
        return self._outcome(intent, written)

    def find(self, world: World, intent: Json, done: Done) -> Json | None:
        there = world.store.head(self.bucket, self.key)
        return self._outcome(intent, there) if there is not None and self._holds(world, there) else None

    def _holds(self, world: World, there: StoredObject) -> bool:
        """Whether the object is ours with this content: the mark alone could lie, so the bytes decide."""
        if there.size != len(self.body):
            return False
        return world.store.read(self.bucket, self.key, there.version_id) == self.body

    def _outcome(self, intent: Json, there: StoredObject) -> Json:
        before = intent["before"]
        created = before is None or (before["etag"], before["version_id"]) != (there.etag, there.version_id)
        return {
            "bucket": self.bucket,
            "key": self.key,
            "version_id": there.version_id,
            "etag": there.etag,
            "created": created,
        }

    def check(self, world: World, outcome: Json) -> str:
        return ""


def undo_upload(world: World, intent: Json, outcome: Json, known: set[str]) -> str:
    """Deletes exactly the version that was written; an object that was there before stays as it is."""
    bucket, key, version = outcome["bucket"], outcome["key"], outcome["version_id"]
    if not outcome["created"]:
        return f"s3://{bucket}/{key} was there before and stays"
    there = world.store.head(bucket, key, version)
    if there is None:
        return f"s3://{bucket}/{key} is gone already"
    if there.etag != outcome["etag"]:
        return f"s3://{bucket}/{key} was changed by somebody since and stays"
    if version is None and intent["before"] is not None:
        return f"s3://{bucket}/{key} replaced an object that the bucket has not kept; it stays"
    world.store.delete(bucket, key, version)
    return f"deleted s3://{bucket}/{key}" + (f" version {version}" if version else "")
