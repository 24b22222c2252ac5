"""A workflow as the service holds it, with its stored definition and the tags that say whose it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.errors import UsageError

TAG_PREFIX = "dagconv:"
TAG_MANAGED, TAG_DAG, TAG_SHA = "dagconv:managed", "dagconv:dag-id", "dagconv:definition-sha256"
TAG_MIGRATION, TAG_LOCATION, TAG_SOURCE = "dagconv:migration", "dagconv:location", "dagconv:source"
_TAG_VALUE = re.compile(r"[\w\s.:/=+@-]{0,256}")
MANUAL, SCHEDULED, DISABLED = "MANUAL", "SCHEDULED", "DISABLED"


@dataclass(frozen=True, slots=True)
class Owner:
    """A migration as the owner of workflows. `mark` is the ARN of its environment, or `migration:NAME` without one;
    `bucket` and `prefix` are where it keeps its definitions.
    """

    mark: str
    bucket: str
    prefix: str

    @property
    def name(self) -> str:
        """As people call it."""
        return self.mark.rsplit("/", 1)[-1].removeprefix(_NAMED)

    @property
    def location(self) -> str:
        return f"s3://{self.bucket}/{self.prefix.strip('/')}"

    def tags(self, dag_id: str) -> dict[str, str]:
        """The tags by which a workflow of this owner is known."""
        return {TAG_MANAGED: "true", TAG_MIGRATION: self.mark, TAG_DAG: dag_id, TAG_LOCATION: self.location}


_NAMED = "migration:"


def named_migration(name: str) -> str:
    """The mark of a migration without an environment."""
    return _NAMED + name


def bears(tags: Mapping[str, str], mark: str, dag_id: str | None = None) -> bool:
    """Whether these tags make a workflow the owner's, and one made from this DAG if one is named."""
    ours = bool(mark) and tags.get(TAG_MANAGED) == "true" and tags.get(TAG_MIGRATION) == mark
    return ours and (dag_id is None or tags.get(TAG_DAG) == dag_id)


def source_tag(origin: str, file: str) -> str:
    """The tag that names the file of a DAG, where it is from; a name that no tag may hold stands there as its hash."""
    value = f"{origin}:{file}"
    return value if _TAG_VALUE.fullmatch(value) else f"{origin}:sha256-{hashlib.sha256(file.encode()).hexdigest()}"


def said_owner(tags: Mapping[str, str]) -> str:
    """Whose a workflow is, for a message."""
    if tags.get(TAG_MANAGED) != "true":
        return "which is not marked as made by dagconv"
    mark = tags.get(TAG_MIGRATION)
    if not mark:
        return "which is marked as made by dagconv, for no migration"
    return f'which was made for {mark} from DAG "{tags.get(TAG_DAG, "")}"'


@dataclass(frozen=True, slots=True)
class RemoteWorkflow:
    """A workflow as the service holds it. `config` are GetWorkflow's members; empty where it was not asked.

    `versions` counts them where it was asked, else 0; `runs` is None where they were not counted.
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
    runs: int | None = None

    @property
    def dag_id(self) -> str:
        return self.tags.get(TAG_DAG, "")

    def ours(self, mark: str, dag_id: str | None = None) -> bool:
        """Made or imported for this migration, and for this DAG if one is named."""
        return bears(self.tags, mark, dag_id)

    def elsewhere(self, owner: Owner) -> str:
        """Where its definitions are kept by its tag, if that is not where the owner keeps them."""
        location = self.tags.get(TAG_LOCATION, "")
        return "" if location in ("", owner.location) else location


def require_here(workflows: Iterable[RemoteWorkflow], owner: Owner, *, take_over: bool) -> None:
    """Raises UsageError when the definitions of a workflow are kept in another place than the owner's."""
    for workflow in () if take_over else workflows:
        if elsewhere := workflow.elsewhere(owner):
            raise UsageError(
                f"{workflow.name} keeps its definition in {elsewhere}, this migration in {owner.location}: somebody "
                "works on it from another place; pass --take-over if you know who"
            )


def read_remote(
    world: World, summary: Json, *, tags: Mapping[str, str] | None = None, versions: bool = False
) -> RemoteWorkflow:
    """A workflow with its tags, stored definition and members; the tags where they were read already."""
    arn = str(summary["WorkflowArn"])
    whole = world.workflows.get(arn)
    return RemoteWorkflow(
        name=str(whole.get("Name") or summary.get("Name") or arn.rsplit("/", 1)[-1]),
        arn=arn,
        version=str(whole.get("WorkflowVersion", "")),
        status=str(whole.get("WorkflowStatus", "READY")),
        trigger_mode=str(whole.get("TriggerMode", "")),
        text=_stored_text(world, whole),
        tags=world.workflows.tags(arn) if tags is None else tags,
        config=whole,
        versions=sum(1 for _ in world.workflows.versions(arn)) if versions else 0,
    )


def find_again(world: World, arn: str, name: str, mark: str, dag_id: str) -> Json | None:
    """GetWorkflow's answer for a workflow of ours, or for the one that was made anew in its place; None without."""
    try:
        return world.workflows.get(arn)
    except CallError as error:
        if error.cause is not Cause.NOT_FOUND:
            raise
    for summary in world.workflows.all():
        if summary.get("Name") == name and summary.get("WorkflowStatus") != "DELETING":
            other = str(summary["WorkflowArn"])
            if bears(world.workflows.tags(other), mark, dag_id):
                return world.workflows.get(other)
    return None


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
