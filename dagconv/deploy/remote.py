"""A workflow as the service holds it, with its stored definition and the tags that say whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dagconv.aws.services import CallError, Json, World

TAG_MANAGED, TAG_DAG, TAG_SHA = "dagconv:managed", "dagconv:dag-id", "dagconv:definition-sha256"
TAG_ENVIRONMENT = "dagconv:environment"
MANUAL, SCHEDULED, DISABLED = "MANUAL", "SCHEDULED", "DISABLED"


@dataclass(frozen=True, slots=True)
class RemoteWorkflow:
    """A workflow as the service holds it. `config` are GetWorkflow's members; empty where it was not asked.

    `versions` counts them where it was asked, else 0.
    """

    name: str
    arn: str
    version: str = ""
    status: str = "READY"
    trigger_mode: str = ""
    text: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    versions: int = 0

    def ours(self, dag_id: str | None = None) -> bool:
        """Made or imported by dagconv, and for this DAG if one is named."""
        managed = self.tags.get(TAG_MANAGED) == "true"
        return managed and (dag_id is None or self.tags.get(TAG_DAG) == dag_id)


def read_remote(world: World, summary: Json, *, versions: bool = False) -> RemoteWorkflow:
    """A workflow with its tags, stored definition and members."""
    arn = str(summary["WorkflowArn"])
    whole = world.workflows.get(arn)
    return RemoteWorkflow(
        name=str(whole.get("Name") or summary.get("Name") or arn.rsplit("/", 1)[-1]),
        arn=arn,
        version=str(whole.get("WorkflowVersion", "")),
        status=str(whole.get("WorkflowStatus", "READY")),
        trigger_mode=str(whole.get("TriggerMode", "")),
        text=_stored_text(world, whole),
        tags=world.workflows.tags(arn),
        config=whole,
        versions=sum(1 for _ in world.workflows.versions(arn)) if versions else 0,
    )


def _stored_text(world: World, whole: Json) -> str:
    """The definition that the service holds; from the bucket where the service does not give it inline."""
    if text := whole.get("WorkflowDefinition"):
        return str(text)
    location = whole.get("DefinitionS3Location") or {}
    if not location.get("Bucket"):
        return ""
    try:
        return world.store.read(location["Bucket"], location["ObjectKey"], location.get("VersionId")).decode()
    except (CallError, UnicodeDecodeError):
        return ""
