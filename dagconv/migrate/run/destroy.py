"""Deletes the workflows that are tagged as ours, then our trust statement if nothing needs it any more."""

from __future__ import annotations

import uuid

from dagconv.aws.services import World
from dagconv.deploy.remote import TAG_ENVIRONMENT, RemoteWorkflow, read_remote
from dagconv.deploy.steps.delete_workflow import DeleteWorkflow
from dagconv.deploy.steps.trust_role import undo_trust
from dagconv.migrate.run.apply import Result
from dagconv.migrate.run.execute import Executor, Limits, begin
from dagconv.migrate.run.execute import State as StepState
from dagconv.migrate.run.journal import Journal
from dagconv.migrate.run.lock import BucketLock, local_lock
from dagconv.migrate.run.state import State


def owned_workflows(world: World, environment: str) -> list[RemoteWorkflow]:
    """Workflows tagged as ours and made from this environment, by name."""
    found = (read_remote(world, s) for s in world.workflows.all() if s.get("WorkflowStatus") != "DELETING")
    return sorted(
        (w for w in found if w.ours() and w.tags.get(TAG_ENVIRONMENT, "") == environment), key=lambda w: w.name
    )


def destroy(
    world: World, state: State, bucket: str, prefix: str, owned: list[RemoteWorkflow], limits: Limits
) -> Result:
    with local_lock(state.folder), BucketLock(world, bucket, prefix, state.folder).held("destroy"):
        journal = state.journal()
        unfinished = journal.unfinished()
        if unfinished is not None and unfinished.verb == "destroy":
            journal.write("end", unfinished.id, facts={"open": [], "stopped": "called again"})
        run = begin(journal, "destroy", uuid.uuid4().hex, {"prefix": prefix, "bucket": bucket})
        executor = Executor(world, journal, run, limits)
        executor.run_chains([[DeleteWorkflow(w.name, w.arn, w.version)] for w in owned])
        if not executor.failures:
            _free_role(world, journal)
        open_steps = [o.step for o in executor.outcomes if o.state is not StepState.DONE]
        journal.write("end", run.id, facts={"open": open_steps, "stopped": executor.stopped})
        return Result(run.id, tuple(executor.outcomes), executor.stopped, {})


def _free_role(world: World, journal: Journal) -> None:
    """Our statement, if one of our runs has put it there."""
    for run in journal.runs():
        step = run.steps.get("trust:role")
        if run.verb == "apply" and step is not None and step.outcome is not None:
            world.say(f"  {undo_trust(world, step.intent, step.outcome, set())}")
            return
