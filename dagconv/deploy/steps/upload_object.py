"""Uploads a definition or code package under a key of ours; never over somebody else's object
(docs/faults.md 1, 33-38).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dagconv.aws.services import CallError, Cause, StoredObject, World
from dagconv.deploy.definition import digest
from dagconv.deploy.deployment import S3Location
from dagconv.deploy.steps.step import (
    Action,
    Done,
    OfWorkflow,
    Outcome,
    Place,
    StepKey,
    StepRefusedError,
    Undoing,
    Undone,
)

_MARK = "dagconv-sha256"


@dataclass(frozen=True, slots=True)
class Before:
    """The object that was under the key."""

    etag: str
    version_id: str | None


@dataclass(frozen=True, slots=True)
class Uploaded(Outcome):
    """`created` when the object was not there before."""

    location: S3Location
    etag: str
    created: bool


@dataclass(frozen=True, slots=True)
class Upload(OfWorkflow[Uploaded]):
    """`name` and `dag` are the workflow's and its DAG's; a package is named by its hash and serves all."""

    yields: ClassVar[type[Outcome]] = Uploaded
    bucket: str
    object_key: str
    sha256: str
    size: int
    before: Before | None

    def find(self, world: World) -> Uploaded | None:
        there = world.store.head(self.bucket, self.object_key)
        return self.outcome(there) if there is not None and self.holds(world, there) else None

    def holds(self, world: World, there: StoredObject) -> bool:
        """Whether the object is ours with this content: the mark alone could lie, so the bytes decide."""
        if there.size != self.size:
            return False
        return digest(world.store.read(self.bucket, self.object_key, there.version_id)) == self.sha256

    def outcome(self, there: StoredObject) -> Uploaded:
        created = self.before is None or self.before != Before(there.etag, there.version_id)
        return Uploaded(S3Location(self.bucket, self.object_key, there.version_id), there.etag, created)

    def undo(self, world: World, outcome: Uploaded, undoing: Undoing) -> Undone:
        """Deletes exactly the version that was written, unless a workflow needs it; what was there before stays."""
        place, version = outcome.location, outcome.location.version_id
        if not outcome.created:
            return Undone(f"{place} was there before and stays", True)
        if users := undoing.users(world).of_object(place):
            return Undone(f"{place} stays: {', '.join(users[:5])} still need it", True)
        there = world.store.head(place.bucket, place.key, version)
        if there is None:
            return Undone(f"{place} is gone already")
        if there.etag != outcome.etag:
            return Undone(f"{place} was changed by somebody since and stays", True)
        if version is None and self.before is not None:
            return Undone(f"{place} replaced an object that the bucket has not kept; it stays", True)
        world.store.delete(place.bucket, place.key, version)
        return Undone(f"deleted {place}" + (f" version {version}" if version else ""))


@dataclass(frozen=True, slots=True)
class UploadDefinition(Upload):
    kind: ClassVar[str] = "upload"
    place: ClassVar[Place] = Place.DEFINITION


@dataclass(frozen=True, slots=True)
class UploadCode(Upload):
    kind: ClassVar[str] = "code"
    place: ClassVar[Place] = Place.CODE


@dataclass(frozen=True, slots=True)
class UploadObject(Action[Upload, Uploaded]):
    """Makes an UploadDefinition or UploadCode, as `step` says."""

    step: type[UploadDefinition] | type[UploadCode]
    name: str
    dag_id: str
    bucket: str
    object_key: str
    body: bytes
    kms_key: str | None = None

    @property
    def key(self) -> StepKey:
        return StepKey(self.step.kind, self.name)

    def prepare(self, world: World, done: Done) -> Upload:
        there = world.store.head(self.bucket, self.object_key)
        before = Before(there.etag, there.version_id) if there is not None else None
        return self.step(
            self.name, self.dag_id, self.bucket, self.object_key, digest(self.body), len(self.body), before
        )

    def apply(self, world: World, step: Upload, done: Done) -> Uploaded:
        there = world.store.head(self.bucket, self.object_key)
        if there is not None and step.holds(world, there):
            return step.outcome(there)
        if there is not None and _MARK not in there.metadata:
            raise StepRefusedError(
                f"s3://{self.bucket}/{self.object_key} holds an object that dagconv did not write; "
                "move it away or choose another --prefix"
            )
        try:
            written = world.store.put(
                self.bucket,
                self.object_key,
                self.body,
                metadata={_MARK: step.sha256},
                replaces=there.etag if there else None,
                kms_key=self.kms_key,
            )
        except CallError as error:
            if error.cause is Cause.PRECONDITION:
                raise StepRefusedError(
                    f"s3://{self.bucket}/{self.object_key} was written by somebody else just now"
                ) from error
            raise
        return step.outcome(written)


def require_unchanged(world: World, uploaded: Uploaded) -> None:
    """Raises StepRefusedError when an object that no version pins was changed since it was written."""
    place = uploaded.location
    if place.version_id is not None:
        return
    there = world.store.head(place.bucket, place.key)
    if there is None or there.etag != uploaded.etag:
        raise StepRefusedError(f"{place} was changed by somebody since it was written; plan again")
