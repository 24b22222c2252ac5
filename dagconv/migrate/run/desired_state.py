"""What should be on the service by the journal and the kept plans, compared field by field with what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dagconv.aws.services import CallError, Cause, World
from dagconv.deploy.definition import same_meaning
from dagconv.deploy.remote import TAG_DAG, TAG_MANAGED, read_remote
from dagconv.errors import UsageError
from dagconv.migrate.plan.desired import changed_members
from dagconv.migrate.plan.item import Item
from dagconv.migrate.run.journal import Journal
from dagconv.migrate.run.state import State


@dataclass(frozen=True, slots=True)
class Wanted:
    """A workflow as the last run left it."""

    item: Item
    arn: str
    version_id: str | None
    trigger_mode: str


@dataclass(frozen=True, slots=True)
class Compared:
    """`differences` are "field: what is there" lines; empty when everything is as it should be."""

    wanted: Wanted
    differences: tuple[str, ...]


def wanted_workflows(state: State, journal: Journal) -> list[Wanted]:
    """By name, from every apply that was not rolled back; a later one wins, and so does a later cutover."""
    undone = {
        name
        for run in journal.runs()
        if run.verb == "rollback"
        for name, step in run.steps.items()
        if step.outcome is not None
    }
    found: dict[str, Wanted] = {}
    for run in journal.runs():
        done = {
            name: step.outcome
            for name, step in run.steps.items()
            if step.outcome is not None and f"{run.id[:12]}/{name}" not in undone
        }
        if run.verb == "cutover":
            _take_modes(found, done)
            continue
        if run.verb == "destroy":
            found = {name: wanted for name, wanted in found.items() if f"delete:{name}" not in done}
            continue
        if run.verb != "apply":
            continue
        try:
            plan = state.kept_plan(str(run.facts["plan"]))
        except UsageError:
            continue
        for item in plan.of("create", "update", "unchanged"):
            outcome = done.get(f"{item.kind}:{item.name}")
            if outcome is None and item.kind != "unchanged":
                continue
            upload = done.get(f"upload:{item.name}", {})
            arn = str((outcome or {}).get("arn") or item.arn)
            found[item.name] = Wanted(item, arn, upload.get("version_id"), str(item.request.get("TriggerMode", "")))
    return sorted(found.values(), key=lambda wanted: wanted.item.dag_id)


def compare(world: World, wanted: Wanted) -> Compared:
    """Reads one workflow back. Raises CallError when it cannot be read for another reason than that it is gone."""
    try:
        there = read_remote(world, {"WorkflowArn": wanted.arn})
    except CallError as error:
        if error.cause is Cause.NOT_FOUND:
            return Compared(wanted, ("workflow: is gone",))
        raise
    found: list[str] = []
    if there.status != "READY":
        found.append(f"status: {there.status}")
    if not there.ours() or there.tags.get(TAG_DAG) != wanted.item.dag_id:
        found.append(f"tags: not marked as ours for this DAG ({TAG_MANAGED}, {TAG_DAG})")
    if not same_meaning(there.text, wanted.item.text):
        found.append("definition: differs from what was deployed")
    if there.trigger_mode != wanted.trigger_mode:
        found.append(f"TriggerMode: {there.trigger_mode}, should be {wanted.trigger_mode}")
    found += [f"{name}: differs" for name in changed_members(wanted.item.request, there.config)]
    if (problem := _missing_source(world, there.config.get("DefinitionS3Location"))) is not None:
        found.append(problem)
    return Compared(wanted, tuple(found))


def _missing_source(world: World, location: Any) -> str | None:
    """The service keeps its own copy, but a rollback to this version needs the object (C1 39)."""
    if not isinstance(location, dict) or not location.get("Bucket"):
        return None
    key = f"s3://{location['Bucket']}/{location['ObjectKey']}"
    try:
        there = world.store.head(location["Bucket"], location["ObjectKey"], location.get("VersionId"))
    except CallError as error:
        return f"source object: {key} cannot be read ({error.cause.value})"
    return None if there is not None else f"source object: {key} is gone"


def _take_modes(found: dict[str, Wanted], done: dict[str, Any]) -> None:
    for step, outcome in done.items():
        kind, _, name = step.partition(":")
        if kind == "trigger" and name in found:
            old = found[name]
            found[name] = Wanted(old.item, old.arn, old.version_id, str(outcome.get("trigger_mode", "")))
