"""What --prune deletes: workflows of ours whose DAG is certainly gone; why each of the others stays. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dagconv.deploy.definition import schedule_of
from dagconv.deploy.remote import SCHEDULED, TAG_SOURCE, RemoteWorkflow, source_tag
from dagconv.migrate.plan.item import Item, ItemKind
from dagconv.migrate.survey.inventory import Inventory, Surveyed, Wishes


@dataclass(frozen=True, slots=True)
class Orphan:
    """A workflow of ours without a DAG in this plan that stays. `mark` says what it does, `reason` why it stays."""

    name: str
    dag_id: str
    mark: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pruning:
    """`deletions` are lines of the plan."""

    deletions: tuple[Item, ...]
    orphans: tuple[Orphan, ...]


def plan_pruning(items: Sequence[Item], inventory: Inventory, wishes: Wishes) -> Pruning:
    """`items` are those of all DAGs that the plan is about."""
    by_dag = {item.dag_id: item for item in items}
    known = {definition.dag_id for definition in inventory.definitions}
    deletions, orphans = [], []
    for there in inventory.workflows:
        if not there.ours(inventory.owner.mark) or there.status == "DELETING":
            continue
        if there.dag_id in known:
            if wishes.prune and _goes_on(by_dag.get(there.dag_id), there):
                deletions.append(_deletion(there))
            continue
        reason = why_not_gone(there, inventory.surveyed) or ("" if wishes.prune else "only --prune deletes it")
        if reason:
            orphans.append(Orphan(there.name, there.dag_id, mark_of(there), reason))
        else:
            deletions.append(_deletion(there))
    return Pruning(tuple(deletions), tuple(orphans))


def why_not_gone(there: RemoteWorkflow, surveyed: Iterable[Surveyed]) -> str:
    """Why nobody can say that the DAG of a workflow is gone; empty when it is.

    The DAG is gone when the file that held it is gone or loads whole without it, and no file that could not be
    read may hold it now.
    """
    source = there.tags.get(TAG_SOURCE, "")
    if not source:
        return "which file its DAG is from is not known"
    for place in surveyed:
        files = {source_tag(place.origin.value, file): file for file in place.files}
        if source in files and files[source] in place.broken:
            return f"{files[source]} could not be read"
    # A folder without any file is more likely the wrong one than one from which all is gone.
    looked_at = [place for place in surveyed if source.startswith(f"{place.origin.value}:") and place.files]
    if not looked_at:
        return f"{source} was not looked at by this plan"
    gone = not any(source_tag(place.origin.value, file) == source for place in looked_at for file in place.files)
    return next((f"{file} could not be read and may hold it now" for file in _suspects(there, surveyed, gone)), "")


def mark_of(there: RemoteWorkflow) -> str:
    """What a workflow does, in a few words."""
    schedule = schedule_of(there.text)
    live = there.trigger_mode == SCHEDULED and schedule is not None
    words = [f"LIVE, scheduled {schedule}" if live else f"trigger mode {there.trigger_mode or 'unknown'}"]
    if there.runs is not None:
        words.append(f"{there.runs} runs")
    return ", ".join(words)


def _suspects(there: RemoteWorkflow, surveyed: Iterable[Surveyed], gone: bool) -> Iterable[str]:
    """Broken files that may hold the DAG: all when its own file is gone, else those that name it or are not here."""
    for place in surveyed:
        for file, text in place.broken.items():
            if gone or not text or there.dag_id in text:
                yield file


def _deletion(there: RemoteWorkflow) -> Item:
    return Item(ItemKind.DELETE, there.dag_id, there.name, arn=there.arn, version=there.version, doomed=mark_of(there))


def _goes_on(item: Item | None, there: RemoteWorkflow) -> bool:
    """Whether the DAG of a workflow has one of another name in this plan."""
    return item is not None and item.kind is not ItemKind.REFUSED and item.name != there.name


def without_half_renames(items: Sequence[Item], known: set[str]) -> list[Item]:
    """No workflow of an old name goes when the one of the new name is not made now; `known` has all DAG ids."""
    planned = {item.dag_id for item in items if item.kind not in (ItemKind.DELETE, ItemKind.REFUSED)}
    left = known - planned
    return [item for item in items if item.kind is not ItemKind.DELETE or item.dag_id not in left]
