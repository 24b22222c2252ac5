"""Deletes the workflows that are tagged as ours, then our trust statement if nothing needs it any more."""

from __future__ import annotations

from dagconv.aws.services import World
from dagconv.deploy.remote import Owner, RemoteWorkflow, read_remote, require_here
from dagconv.deploy.steps.delete_workflow import DeleteWorkflow
from dagconv.deploy.steps.trust_role import AppendTrust
from dagconv.migrate.run.execute import Executor, Limits, Result, begin
from dagconv.migrate.run.journal import Journal
from dagconv.migrate.run.lock import BucketLock, local_lock
from dagconv.migrate.run.records import ApplyRun, DestroyRun, End, Verb
from dagconv.migrate.run.state import State
from dagconv.migrate.steps.remove_trust import FreeRole


def owned_workflows(world: World, owner: Owner, *, take_over: bool) -> list[RemoteWorkflow]:
    """Workflows tagged as this migration's, by name. Raises UsageError for one that is kept elsewhere."""
    found = (read_remote(world, s) for s in world.workflows.all() if s.get("WorkflowStatus") != "DELETING")
    owned = sorted((w for w in found if w.ours(owner.mark)), key=lambda w: w.name)
    require_here(owned, owner, take_over=take_over)
    return owned


def destroy(world: World, state: State, applied: ApplyRun, owned: list[RemoteWorkflow], limits: Limits) -> Result:
    mark = applied.owner.mark
    with local_lock(state.folder), BucketLock(world, applied.lock, state.folder).held("destroy"):
        journal = state.journal()
        unfinished = journal.unfinished()
        if unfinished is not None and unfinished.verb is Verb.DESTROY:
            journal.write(End(unfinished.id, stopped="called again"))
        run = begin(world, journal, DestroyRun(mark))
        executor = Executor(world, journal, run, limits)
        executor.run_chains([[DeleteWorkflow(w.name, w.dag_id, w.arn, w.version, mark, state.keep)] for w in owned])
        appended = _appended(journal)
        if appended is not None and not executor.failures:
            executor.run_chains([[FreeRole(appended)]])
        return executor.end()


def _appended(journal: Journal) -> AppendTrust | None:
    """The step of ours that has put our statement there."""
    for run in journal.runs():
        for recorded in run.steps.values():
            if isinstance(recorded.step, AppendTrust) and recorded.outcome is not None:
                return recorded.step
    return None
