"""Finds one workflow by what people call it: its name, its ARN, or the name with its suffix."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.remote import TAG_MANAGED, TAG_MIGRATION
from dagconv.errors import UsageError

TAG_DEPLOYED, DEPLOYED_BY = "dagconv:deployed-by", "workflow"


@dataclass(frozen=True, slots=True)
class Found:
    """A workflow as the service holds it: `whole` are GetWorkflow's members."""

    name: str
    arn: str
    whole: Mapping[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return str(self.whole.get("WorkflowVersion", ""))

    @property
    def trigger(self) -> str:
        return str(self.whole.get("TriggerMode", ""))

    @property
    def text(self) -> str:
        return str(self.whole.get("WorkflowDefinition", ""))

    @property
    def ours(self) -> bool:
        return self.tags.get(TAG_DEPLOYED) == DEPLOYED_BY

    @property
    def owner(self) -> str:
        """Whose it is, for a message."""
        if self.ours:
            return "deployed by `workflow deploy`"
        if self.tags.get(TAG_MANAGED) == "true":
            return f"made by a migration ({self.tags.get(TAG_MIGRATION) or 'unnamed'})"
        return "not made by dagconv"


def find_workflow(world: World, called: str) -> Found:
    """Raises UsageError where nothing or more than one workflow is called so; what is being deleted does not count."""
    found = look_for(world, called)
    if found is None:
        raise UsageError(_none(world, called))
    return found


def look_for(world: World, called: str) -> Found | None:
    """The same, None where nothing is called so."""
    if called.startswith("arn:"):
        try:
            return read_found(world, called)
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                return None
            raise
    matching = [one for one in _alive(world) if called in (one.get("Name"), _identifier(one))]
    if len(matching) > 1:
        choices = ", ".join(sorted(_identifier(one) for one in matching))
        raise UsageError(f"several workflows are called {called}: {choices}; name one of these")
    return read_found(world, str(matching[0]["WorkflowArn"])) if matching else None


def read_found(world: World, arn: str) -> Found:
    """Raises CallError."""
    whole = world.workflows.get(arn)
    return Found(str(whole.get("Name") or _identifier(whole)), arn, whole, world.workflows.tags(arn))


def _alive(world: World) -> list[Json]:
    return [one for one in world.workflows.all() if one.get("WorkflowStatus") != "DELETING"]


def _identifier(summary: Mapping[str, Any]) -> str:
    return str(summary["WorkflowArn"]).rsplit("/", 1)[-1]


def _none(world: World, called: str) -> str:
    names = [str(one.get("Name")) for one in _alive(world)]
    near = difflib.get_close_matches(called, names, 1)
    caller = world.identity.caller()
    hint = f"; did you mean {near[0]}?" if near else "; `dag-converter workflow list` shows what there is"
    return f"there is no workflow {called} in account {caller.account}, {caller.region}{hint}"
