"""Takes a workflow that belongs to nobody into a migration, by tags alone: its next plan updates it in place."""

from __future__ import annotations

from dagconv.aws.services import World
from dagconv.deploy.definition import body_of, digest
from dagconv.deploy.remote import (
    TAG_DAG,
    TAG_MANAGED,
    TAG_MIGRATION,
    TAG_SHA,
    RemoteWorkflow,
    read_remote,
    said_owner,
)
from dagconv.errors import UsageError


def adopt(world: World, name: str, mark: str, dag_id: str | None) -> RemoteWorkflow:
    """Raises UsageError when there is no such workflow, it is somebody's or another DAG's, or runs no DAG."""
    there = _find(world, name)
    found = body_of(there.text)
    if found is None and dag_id is None:
        raise UsageError(f"the definition of {there.name} cannot be read; say which DAG it is with --dag-id")
    chosen = dag_id or (found[0] if found else "")
    if found is not None and found[0] != chosen:
        raise UsageError(f'{there.name} runs DAG "{found[0]}", not "{chosen}"')
    if there.tags.get(TAG_MIGRATION) and not there.ours(mark, chosen):
        raise UsageError(f"{there.name} is {there.arn}, {said_owner(there.tags)}; it is not adopted")
    sha = digest(there.text.encode())
    tags = {TAG_MANAGED: "true", TAG_MIGRATION: mark, TAG_DAG: chosen, TAG_SHA: sha}
    world.workflows.tag(there.arn, tags)
    if not tags.items() <= world.workflows.tags(there.arn).items():
        raise UsageError(f"the tags of {there.name} do not read back as they were written")
    return there


def _find(world: World, name: str) -> RemoteWorkflow:
    if name.startswith("arn:"):
        return read_remote(world, {"WorkflowArn": name})
    for summary in world.workflows.all():
        if summary.get("Name") == name:
            return read_remote(world, summary)
    raise UsageError(f"there is no workflow {name} in this account and Region")
