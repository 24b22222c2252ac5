"""One line of a plan: a DAG or workflow and what is to become of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from dagconv.deploy.definition import Finding, Origin
from dagconv.deploy.deployment import Deployment
from dagconv.migrate.plan.difference import Change


class ItemKind(str, enum.Enum):
    """What becomes of it, in the order in which a plan lists them."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    DELETE = "delete"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Item:
    """One DAG or, for DELETE, one workflow. `deployment` is what shall be, where that is known.

    `version` is the remote version that the plan rests on; a changed one makes the item stale. `changes` names what
    differs, `values` each innermost member of it. `doomed` says what a workflow does that is to be deleted.
    """

    kind: ItemKind
    dag_id: str
    name: str
    origin: Origin | None = None
    source: str = ""
    deployment: Deployment | None = None
    arn: str = ""
    version: str = ""
    token: str = ""
    scheduled: str | None = None
    changes: tuple[str, ...] = ()
    values: tuple[Change, ...] = ()
    diff: str = ""
    doomed: str = ""
    prune_versions: int = 0
    warnings: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def wanted(self) -> Deployment:
        """The deployment of an item that has one."""
        assert self.deployment is not None
        return self.deployment
