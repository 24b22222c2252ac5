"""What should be on the service by the journal and the kept plans, compared field by field with what is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from dagconv.aws.services import CallError, World
from dagconv.deploy.definition import same_meaning
from dagconv.deploy.deployment import Deployment, changed_members
from dagconv.deploy.remote import TAG_DAG, TAG_MANAGED, TAG_MIGRATION, RemoteWorkflow, find_again, read_remote
from dagconv.deploy.steps.create_workflow import Create, Made
from dagconv.deploy.steps.delete_workflow import Delete, Deleted
from dagconv.deploy.steps.switch_trigger import Switch, Switched
from dagconv.deploy.steps.update_workflow import Update
from dagconv.errors import UsageError
from dagconv.migrate.plan.item import Item, ItemKind
from dagconv.migrate.run.journal import Journal, Recorded
from dagconv.migrate.run.records import About, ApplyRun
from dagconv.migrate.run.state import State


@dataclass(frozen=True, slots=True)
class Wanted:
    """A workflow as the last run left it."""

    deployment: Deployment
    arn: str
    trigger_mode: str


@dataclass(frozen=True, slots=True)
class Compared:
    """`differences` are "field: what is there" lines; empty when everything is as it should be."""

    wanted: Wanted
    differences: tuple[str, ...]


def wanted_workflows(state: State, journal: Journal) -> list[Wanted]:
    """By DAG id, from everything that was not taken back; a later apply wins, and so does a later cutover."""
    in_force: dict[str, list[Recorded]] = {}
    for entry in journal.in_force():
        in_force.setdefault(entry.run.id, []).append(entry.recorded)
    found: dict[str, Wanted] = {}
    for run in journal.runs():
        items = _planned(state, run.about)
        for item in items.values():
            if item.kind is ItemKind.UNCHANGED:
                found[item.name] = Wanted(item.wanted, item.arn, item.wanted.trigger)
        for recorded in in_force.get(run.id, ()):
            _take(found, items, recorded)
    return sorted(found.values(), key=lambda wanted: wanted.deployment.dag_id)


def _planned(state: State, about: About) -> dict[str, Item]:
    """The items of the plan that an apply carried out, by name; none where the plan is gone."""
    if not isinstance(about, ApplyRun):
        return {}
    try:
        plan = state.kept_plan(about.plan)
    except UsageError:
        return {}
    return {item.name: item for item in plan.items if item.deployment is not None}


def _take(found: dict[str, Wanted], items: dict[str, Item], recorded: Recorded) -> None:
    match recorded.step, recorded.outcome:
        case ((Create(name=name) | Update(name=name)), Made(arn=arn)) if name in items:
            found[name] = Wanted(items[name].wanted, arn, items[name].wanted.trigger)
        case Switch(name=name), Switched(trigger_mode=mode) if name in found:
            found[name] = replace(found[name], trigger_mode=mode)
        case Delete(name=name), Deleted():
            found.pop(name, None)
        case _:
            pass


def compare(world: World, wanted: Wanted) -> Compared:
    """Reads one workflow back. Raises CallError when it cannot be read for another reason than that it is gone."""
    deployment = wanted.deployment
    mark = deployment.tags[TAG_MIGRATION]
    found_again = find_again(world, wanted.arn, deployment.name, mark, deployment.dag_id)
    if found_again is None:
        return Compared(wanted, ("workflow: is gone",))
    there = read_remote(world, found_again)
    found = differences(wanted, there)
    if (problem := _missing_source(world, there.config.get("DefinitionS3Location"))) is not None:
        found.append(problem)
    return Compared(wanted, tuple(found))


def differences(wanted: Wanted, there: RemoteWorkflow) -> list[str]:
    """What a workflow has otherwise than it should."""
    deployment, found = wanted.deployment, list[str]()
    mark = deployment.tags[TAG_MIGRATION]
    if there.status != "READY":
        found.append(f"status: {there.status}")
    if not there.ours(mark, deployment.dag_id):
        found.append(f"tags: not marked as ours for this DAG ({TAG_MANAGED}, {TAG_MIGRATION}, {TAG_DAG})")
    if not same_meaning(there.text, wanted.deployment.definition):
        found.append("definition: differs from what was deployed")
    if there.trigger_mode != wanted.trigger_mode:
        found.append(f"TriggerMode: {there.trigger_mode}, should be {wanted.trigger_mode}")
    return found + [f"{name}: differs" for name in changed_members(wanted.deployment, there.config)]


def _missing_source(world: World, location: Any) -> str | None:
    """The service keeps its own copy, but a rollback to this version needs the object (docs/faults.md 39)."""
    if not isinstance(location, dict) or not location.get("Bucket"):
        return None
    key = f"s3://{location['Bucket']}/{location['ObjectKey']}"
    try:
        there = world.store.head(location["Bucket"], location["ObjectKey"], location.get("VersionId"))
    except CallError as error:
        return f"source object: {key} cannot be read ({error.cause.value})"
    return None if there is not None else f"source object: {key} is gone"
