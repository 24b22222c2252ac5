"""One line of a plan: a DAG or workflow and what is to become of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from dagconv.aws.services import Json
from dagconv.deploy.definition import Finding

KINDS = ("create", "update", "unchanged", "delete", "refused")


@dataclass(frozen=True, slots=True)
class Item:
    """One DAG or, for `delete`, one workflow. `request` are the API members but for Name, location and token.

    `version` is the remote version that the plan rests on; a changed one makes the item stale.
    """

    kind: str
    dag_id: str
    name: str
    origin: str = ""
    source: str = ""
    text: str = ""
    key: str = ""
    arn: str = ""
    version: str = ""
    token: str = ""
    scheduled: str | None = None
    request: Json = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    diff: str = ""
    prune_versions: int = 0
    warnings: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
