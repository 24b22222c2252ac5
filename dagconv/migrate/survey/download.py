"""Brings the DAG files of an environment to a local folder: pinned by ETag, under safe names, one page at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dagconv.aws.services import CallError, Cause, StoredObject, World
from dagconv.deploy.definition import Definition, Finding, Origin, as_finding, digest
from dagconv.diagnostics import Effect, Location, Page, Rule, Severity
from dagconv.errors import UsageError
from dagconv.migrate.survey.inventory import Environment

_ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_LARGEST = 100 * 1024 * 1024
_LARGEST_PLUGINS = 500 * 1024 * 1024

NOT_READ = Rule(
    code="DC832",
    slug="object-not-read",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An object of the environment's DAG folder could not be read, so what it holds is not migrated.",
    message="{name}: {reason}; DAGs in it or read from it are not migrated",
    help="Put the file right in the bucket, or give the DAGs as a local folder with --source.",
    why="A DAG that is left out without a word would be missed only when it no longer runs.",
    example="an archived object, a key with .. in it, a file that changes while it is read",
    fix="Restore, rename or keep still the object.",
    source=(Page("docs/faults.md", "41"), Page("docs/faults.md", "42")),
)


@dataclass(frozen=True, slots=True)
class Download:
    """`inputs` maps each object to its ETag; `refused` are stand-ins for objects that could not be read."""

    folder: Path
    inputs: dict[str, str]
    refused: tuple[Definition, ...]


def download_dags(world: World, environment: Environment, scratch: Path) -> Download:
    """Raises UsageError when the environment names no DAG folder, CallError when the bucket cannot be listed."""
    bucket, path = environment.bucket, environment.dags_path.strip("/")
    if not bucket or not path:
        raise UsageError(f"environment {environment.name} names no DAG folder; give the DAGs with --source")
    folder = scratch / "dags"
    folder.mkdir(parents=True, exist_ok=True)
    inputs: dict[str, str] = {}
    refused: list[Definition] = []
    listed = {item.key: item for item in world.store.listing(bucket, path + "/")}
    inputs[f"s3://{bucket}/{path}/"] = names_below(f"{path}/", listed)
    for item in listed.values():
        name = f"s3://{bucket}/{item.key}"
        if item.key.endswith("/"):
            continue  # a folder's marker
        target = _local(folder, item.key[len(path) + 1 :])
        reason = _why_not(item, target)
        if not reason and target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            reason, found = _fetch(world, bucket, item, target)
            inputs[name] = found
        if reason:
            refused.append(_stand_in(name, item.key[len(path) + 1 :], reason))
    if environment.plugins:
        _fetch_plugins(world, bucket, environment, scratch)
    for key in (environment.plugins, environment.requirements, environment.startup_script):
        if key and (there := world.store.head(bucket, key)) is not None:
            inputs[f"s3://{bucket}/{key}"] = there.etag
    return Download(folder, inputs, tuple(refused))


def names_below(start: str, keys: Iterable[str]) -> str:
    """A hash of the keys that begin so: it changes when an object comes or goes."""
    return digest("\n".join(sorted(key for key in keys if key.startswith(start))).encode())


def _local(folder: Path, key: str) -> Path | None:
    """Where a key goes; None for one that would leave the folder or has no name on a file system."""
    parts = key.split("/")
    if any(part in ("", ".", "..") or "\0" in part or "\\" in part or len(part.encode()) > 255 for part in parts):
        return None
    return folder.joinpath(*PurePosixPath(key).parts)


def _why_not(item: StoredObject, target: Path | None) -> str:
    if target is None:
        return "its key is no safe file name"
    if item.storage_class in _ARCHIVED:
        return f"it is archived ({item.storage_class}) and must be restored first"
    if item.size > _LARGEST:
        return f"it has {item.size} bytes, more than a DAG folder's file should"
    return ""


def _fetch(world: World, bucket: str, item: StoredObject, target: Path) -> tuple[str, str]:
    """Reads the very object that was listed; one that changed is looked at once more. Reason and ETag."""
    etag = item.etag
    for _ in range(3):
        try:
            world.store.download(bucket, item.key, target, etag)
            return "", etag
        except CallError as error:
            if error.cause is Cause.UNKNOWN:
                continue  # a body that was cut off
            if error.cause is not Cause.PRECONDITION:
                return f"it cannot be read ({error})", etag
            now = world.store.head(bucket, item.key)
            if now is None:
                return "it vanished while it was read", etag
            if etag != item.etag:
                return "it keeps changing while it is read", etag
            etag = now.etag
    return "its body keeps being cut off", etag


def _fetch_plugins(world: World, bucket: str, environment: Environment, scratch: Path) -> None:
    """Unpacks plugins.zip beside the DAGs. Raises UsageError for an archive that is not safe to unpack."""
    data = scratch / "plugins.zip"
    body = world.store.read(bucket, environment.plugins, environment.plugins_version or None)
    data.write_bytes(body)
    target = scratch / "plugins"
    try:
        with zipfile.ZipFile(data) as archive:
            if sum(info.file_size for info in archive.infolist()) > _LARGEST_PLUGINS:
                raise UsageError("plugins.zip of the environment is too large to unpack")
            for info in archive.infolist():
                place = None if info.is_dir() else _local(target, info.filename)
                if place is not None:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(archive.read(info))
    except zipfile.BadZipFile as error:
        raise UsageError("plugins.zip of the environment is no zip archive") from error


def _stand_in(name: str, file: str, reason: str) -> Definition:
    finding: Finding = as_finding(NOT_READ.at(Location(name), name=name, reason=reason))
    return Definition(PurePosixPath(name).stem, "", Origin.CONVERTED, file, (finding,), unread=True)
