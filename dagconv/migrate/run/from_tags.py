"""What is known of a migration without its state: its workflows bear its mark, their DAG, place and content as tags."""

from __future__ import annotations

from dataclasses import replace

from dagconv.aws.services import World
from dagconv.deploy.definition import digest
from dagconv.deploy.kept import kept_of
from dagconv.deploy.remote import TAG_LOCATION, TAG_SHA, Owner, RemoteWorkflow, read_remote
from dagconv.errors import UsageError
from dagconv.migrate.run.desired_state import Wanted
from dagconv.migrate.run.lock import lock_place
from dagconv.migrate.run.records import ApplyRun


def read_applied(world: World, mark: str, environment: str, bucket: str) -> ApplyRun:
    """As an apply of a plan that nobody has any more; `bucket` is the environment's.

    Raises UsageError where no workflow is ours, or their definitions are kept in several places, CallError.
    """
    places = {there.tags.get(TAG_LOCATION, "") for there in _ours(world, mark)} - {""}
    if len(places) != 1:
        found = f"several places ({', '.join(sorted(places))})" if places else "no workflow"
        raise UsageError(f"there is no state here, and the tags tell of {found}: name the state that was worked with")
    kept_in, _, prefix = places.pop().removeprefix("s3://").partition("/")
    owner, caller = Owner(mark, kept_in, prefix), world.identity.caller()
    return ApplyRun("", caller.account, caller.region, owner, lock_place(owner, bucket), environment, overwrite=False)


def tagged_workflows(world: World, owner: Owner) -> list[Wanted]:
    """As they are, by DAG id; the definition is the one that was deployed where its hash is that of the tag, else
    nothing, from which whatever is there differs.
    """
    found = []
    for there in _ours(world, owner.mark):
        kept = kept_of(there)
        if kept is not None:
            as_deployed = digest(there.text.encode()) == there.tags.get(TAG_SHA)
            wanted = kept.deployment if as_deployed else replace(kept.deployment, definition="")
            found.append(Wanted(wanted, there.arn, there.trigger_mode))
    return sorted(found, key=lambda wanted: wanted.deployment.dag_id)


def _ours(world: World, mark: str) -> list[RemoteWorkflow]:
    summaries = (s for s in world.workflows.all() if s.get("WorkflowStatus") != "DELETING")
    return [there for there in (read_remote(world, summary) for summary in summaries) if there.ours(mark)]
