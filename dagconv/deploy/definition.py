"""A definition as the migrator needs it: its text, and what its parts mean for names, cutover and verification."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dagconv.aws.services import Versioning
from dagconv.catalog.service import service
from dagconv.deploy.links import Link
from dagconv.diagnostics import Diagnostic

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic as it stands in a plan. `effect` and `severity` are the values of their enums."""

    code: str
    severity: str
    effect: str
    message: str
    help: str = ""
    place: str = ""


class Origin(str, enum.Enum):
    """Where a definition comes from: CONVERTED and proved, or GIVEN as a finished file and validated only."""

    CONVERTED = "converted"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Definition:
    """One DAG on its way. `text` is empty when the DAG is refused; then a finding says why.

    `unread` marks one that stands for a file which could not be read as a whole: what it holds is not known. `links`
    are those of its DAG to others.
    """

    dag_id: str
    text: str
    origin: Origin
    source: str
    findings: tuple[Finding, ...] = ()
    description: str | None = None
    unread: bool = False
    links: tuple[Link, ...] = ()

    @property
    def sha256(self) -> str:
        return digest(self.text.encode())


def as_finding(diagnostic: Diagnostic) -> Finding:
    place = str(diagnostic.location) if diagnostic.location else ""
    return Finding(
        diagnostic.code,
        diagnostic.severity.value,
        diagnostic.effect.value,
        diagnostic.message,
        diagnostic.help,
        place,
    )


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    return digest(path.read_bytes())


def load_text(text: str) -> Any:
    """The document, None when it is no YAML."""
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  # the safe loader, in C where it is built
    except yaml.YAMLError:
        return None


def body_of(text: str) -> tuple[str, Mapping[str, Any]] | None:
    """DAG id and body of a definition with exactly one root key (contract 1.2)."""
    document = load_text(text)
    if not isinstance(document, dict) or len(document) != 1:
        return None
    ((dag_id, dag),) = document.items()
    return (str(dag_id), dag) if isinstance(dag, dict) else None


def same_meaning(one: str, other: str) -> bool:
    """Whether two definitions hold the same data: a comment or the order of keys is no reason for a new version."""
    return one == other or (load_text(one) is not None and load_text(one) == load_text(other))


def schedule_of(text: str) -> str | None:
    """The schedule that would fire, None for manual only; the word None is how many files spell null (contract 1.5)."""
    found = body_of(text)
    schedule = found[1].get("schedule") if found else None
    return None if schedule is None or str(schedule).lower() in ("none", "null", "") else str(schedule)


def predicted_warnings(text: str) -> set[str]:
    """The attributes that the service should name when it accepts this definition."""
    found = body_of(text)
    return service().ignored_attributes(found[1]) if found else set()


def object_key(prefix: str, name: str, sha256: str, versioning: Versioning) -> str:
    """Where a definition is stored: a versioned bucket keeps the old ones, elsewhere every content has its own key."""
    tail = "" if versioning is Versioning.ENABLED else f".{sha256[:16]}"
    return f"{prefix.strip('/')}/{name}{tail}.yaml".lstrip("/")
