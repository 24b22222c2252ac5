"""Applies a plan: trust policy, then per workflow its upload and its creation or update, then deletions."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dagconv.aws.services import Json, World
from dagconv.deploy.definition import digest
from dagconv.deploy.steps.delete_workflow import DeleteWorkflow
from dagconv.deploy.steps.step import Action
from dagconv.deploy.steps.trust_role import TrustRole
from dagconv.deploy.steps.upload_object import UploadObject
from dagconv.errors import UsageError
from dagconv.migrate.plan.item import Item
from dagconv.migrate.plan.plan import Plan
from dagconv.migrate.run.execute import Executor, Limits, Outcome, begin
from dagconv.migrate.run.execute import State as StepState
from dagconv.migrate.run.journal import Journal, Run
from dagconv.migrate.run.lock import BucketLock, local_lock
from dagconv.migrate.run.state import State
from dagconv.migrate.steps.create_workflow import CreateWorkflow
from dagconv.migrate.steps.prune_versions import PruneVersions
from dagconv.migrate.steps.update_workflow import UpdateWorkflow
from dagconv.migrate.survey.survey import stale_inputs


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did. `warnings` maps workflow names to warnings of the service that were not predicted."""

    run_id: str
    outcomes: tuple[Outcome, ...]
    stopped: str
    warnings: dict[str, list[str]]

    @property
    def failed(self) -> bool:
        return bool(self.stopped) or any(o.state is not StepState.DONE for o in self.outcomes)


def apply_plan(world: World, plan: Plan, state: State, limits: Limits, *, overwrite: bool = False) -> Result:
    """Raises UsageError when the plan is stale, belongs elsewhere, or somebody holds the lock."""
    require_place(world, plan)
    with local_lock(state.folder), BucketLock(world, plan.bucket, _prefix(plan), state.folder).held("apply"):
        journal = state.journal()
        if changed := stale_inputs(world, plan.inputs.items(), plan.bucket):
            raise UsageError(f"the plan is stale, {changed[0]} changed since it was made; plan again")
        state.keep_plan(plan)
        facts: Json = {"plan": plan.id, "account": plan.account, "region": plan.region, "bucket": plan.bucket}
        facts |= {"environment": plan.environment.get("name", ""), "overwrite": overwrite, "prefix": _prefix(plan)}
        run = begin(journal, "apply", uuid.uuid4().hex, facts)
        return _carry_out(world, plan, journal, run, limits)


def resume_apply(world: World, state: State, limits: Limits) -> Result | None:
    """Ends the last apply that was cut off or failed in part; None when there is nothing to resume."""
    with local_lock(state.folder):
        journal = state.journal()
        run = journal.last("apply")
        if run is None:
            return None
        lock = BucketLock(world, str(run.facts["bucket"]), str(run.facts["prefix"]), state.folder)
        if run.ended and not run.result.get("open"):
            lock.drop_own()
            return None
        if journal.unfinished() not in (None, run) and journal.unfinished().id != run.id:  # type: ignore[union-attr]
            raise UsageError("a later run was cut off; resume that one first")
        plan = state.kept_plan(str(run.facts["plan"]))
        require_place(world, plan)
        with lock.held("apply --resume"):
            journal.write("note", run.id, facts={"text": "resumed"})
            return _carry_out(world, plan, journal, run, limits)


def require_place(world: World, plan: Plan) -> None:
    """Raises UsageError for another account or Region than the plan's (C1 10)."""
    caller = world.identity.caller()
    if (caller.account, caller.region) != (plan.account, plan.region):
        raise UsageError(
            f"the plan is for account {plan.account} in {plan.region}, "
            f"these credentials are for {caller.account} in {caller.region}"
        )


def _carry_out(world: World, plan: Plan, journal: Journal, run: Run, limits: Limits) -> Result:
    executor = Executor(world, journal, run, limits)
    if plan.trust.action == "append":
        executor.run_chains([[TrustRole(plan.trust)]])
    if plan.code is not None and plan.of("create", "update"):
        executor.run_chains([[upload_code(plan)]])
    # Without trust or package every creation would fail, one by one.
    if not executor.failures:
        executor.run_chains([item_chain(plan, item, run) for item in plan.of("create", "update")])
    if not executor.stopped and not executor.failures:
        executor.run_chains([[DeleteWorkflow(i.name, i.arn, i.version)] for i in plan.of("delete")])
    expected = _expected_steps(plan)
    told = {outcome.step for outcome in executor.outcomes}
    left = [Outcome(step, StepState.LEFT, reason="not begun") for step in expected if step not in told]
    outcomes = (*executor.outcomes, *left)
    open_steps = [o.step for o in outcomes if o.state is not StepState.DONE]
    journal.write("end", run.id, facts={"open": open_steps, "stopped": executor.stopped})
    return Result(run.id, outcomes, executor.stopped, _unpredicted(plan, executor.done))


def item_chain(plan: Plan, item: Item, run: Run) -> Sequence[Action]:
    upload = UploadObject(item.name, plan.bucket, item.key, item.text.encode(), plan.kms_key)
    if item.kind == "create":
        return [upload, CreateWorkflow(item, plan.bucket, plan.account, plan.region, plan.partition, run.id)]
    pruned = [PruneVersions(item.name, item.arn, item.prune_versions)] if item.prune_versions else []
    return [*pruned, upload, UpdateWorkflow(item, plan.bucket, bool(run.facts.get("overwrite")))]


def _expected_steps(plan: Plan) -> list[str]:
    steps = ["trust:role"] if plan.trust.action == "append" else []
    for item in plan.of("create", "update"):
        steps += [f"prune:{item.name}"] if item.prune_versions else []
        steps += [f"upload:{item.name}", f"{item.kind}:{item.name}"]
    return [*steps, *(f"delete:{item.name}" for item in plan.of("delete"))]


def upload_code(plan: Plan) -> UploadObject:
    """Raises UsageError when the package is no longer the one that was planned."""
    assert plan.code is not None
    path = Path(plan.code["path"])
    body = path.read_bytes() if path.is_file() else b""
    if digest(body) != plan.code["sha256"]:
        raise UsageError(f"the plan is stale: the code package {path} changed since it was made; plan again")
    return UploadObject("code", plan.bucket, str(plan.code["key"]), body, plan.kms_key)


def _unpredicted(plan: Plan, done: dict[str, Json]) -> dict[str, list[str]]:
    """Warnings of the service beyond the ignored attributes that were expected (contract rule 61; C1 22)."""
    found: dict[str, list[str]] = {}
    for item in plan.of("create", "update"):
        outcome = done.get(f"{item.kind}:{item.name}", {})
        expected = set(item.warnings)
        surprises = [w for w in outcome.get("warnings", []) if not _is_expected(str(w), expected)]
        if surprises:
            found[item.name] = surprises
    return found


def _is_expected(warning: str, expected: set[str]) -> bool:
    head, _, names = warning.partition(":")
    named = {name.strip() for name in names.split(",") if name.strip()}
    return head.strip().lower() == "ignored attributes" and named <= expected


def _prefix(plan: Plan) -> str:
    return str(plan.options.get("prefix", "yaml"))
