"""Applies a plan: trust policy, then per workflow its upload and its creation or update, then deletions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dagconv.aws.services import World
from dagconv.deploy.definition import digest
from dagconv.deploy.deployment import idempotency_token
from dagconv.deploy.steps.create_workflow import CreateWorkflow, Made
from dagconv.deploy.steps.delete_workflow import DeleteWorkflow
from dagconv.deploy.steps.step import AnyAction, Keep, Outcome, StepKey
from dagconv.deploy.steps.trust_role import TrustRole
from dagconv.deploy.steps.update_workflow import UpdateWorkflow
from dagconv.deploy.steps.upload_object import UploadCode, UploadDefinition, UploadObject
from dagconv.deploy.trust import TrustAction
from dagconv.errors import UsageError
from dagconv.migrate.plan.item import Item, ItemKind
from dagconv.migrate.plan.plan import Plan
from dagconv.migrate.run.execute import Executor, Limits, Result, begin
from dagconv.migrate.run.journal import Journal, Run
from dagconv.migrate.run.lock import BucketLock, local_lock, lock_place
from dagconv.migrate.run.records import ApplyRun, Note, Verb
from dagconv.migrate.run.state import State
from dagconv.migrate.steps.prune_versions import PruneVersions
from dagconv.migrate.survey.survey import stale_inputs

Chain = Sequence[AnyAction]
_SHOWN = 5  # changes of a stale plan


@dataclass(frozen=True, slots=True)
class Chains:
    """The steps of a plan. Without `shared` every creation would fail, one by one; `deletions` come last."""

    shared: tuple[Chain, ...]
    workflows: tuple[Chain, ...]
    deletions: tuple[Chain, ...]


def apply_plan(world: World, plan: Plan, state: State, limits: Limits, *, overwrite: bool = False) -> Result:
    """Raises UsageError when the plan is stale, belongs elsewhere, or somebody holds the lock."""
    require_place(world, plan)
    lock = lock_place(plan.owner, plan.environment.bucket if plan.environment else "")
    with local_lock(state.folder), BucketLock(world, lock, state.folder).held("apply"):
        journal = state.journal()
        if changed := stale_inputs(world, plan.inputs.items(), plan.bucket):
            raise UsageError(f"the plan is stale, {_listed(changed)} changed since it was made; plan again")
        state.keep_plan(plan)
        environment = plan.environment.name if plan.environment else ""
        about = ApplyRun(plan.id, plan.account, plan.region, plan.owner, lock, environment, overwrite)
        run = begin(world, journal, about)
        return _carry_out(world, plan, journal, run, limits, state)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def resume_apply(world: World, state: State, limits: Limits) -> Result | None:
    """Ends the last apply that was cut off or failed in part; None when there is nothing to resume."""
    with local_lock(state.folder):
        journal = state.journal()
        run = journal.last(Verb.APPLY)
        if run is None or not isinstance(run.about, ApplyRun):
            return None
        about = run.about
        lock = BucketLock(world, about.lock, state.folder)
        if run.end is not None and not run.end.open:
            lock.drop_own()
            return None
        unfinished = journal.unfinished()
        if unfinished is not None and unfinished.id != run.id:
            raise UsageError("a later run was cut off; resume that one first")
        plan = state.kept_plan(about.plan)
        require_place(world, plan)
        with lock.held("apply --resume"):
            journal.write(Note(run.id, "resumed"))
            return _carry_out(world, plan, journal, run, limits, state)


def require_place(world: World, plan: Plan) -> None:
    """Raises UsageError for another account or Region than the plan's (docs/faults.md 10)."""
    caller = world.identity.caller()
    if (caller.account, caller.region) != (plan.account, plan.region):
        raise UsageError(
            f"the plan is for account {plan.account} in {plan.region}, "
            f"these credentials are for {caller.account} in {caller.region}"
        )


def _carry_out(world: World, plan: Plan, journal: Journal, run: Run, limits: Limits, state: State) -> Result:
    executor = Executor(world, journal, run, limits)
    chains = chains_of(plan, run, state.keep)
    for chain in chains.shared:
        executor.run_chains([chain])
    if not executor.failures:
        executor.run_chains(chains.workflows)
    if not executor.stopped and not executor.failures:
        executor.run_chains(chains.deletions)
    result = executor.end([*chains.shared, *chains.workflows, *chains.deletions])
    return replace(result, warnings=_unpredicted(plan, executor.done))


def chains_of(plan: Plan, run: Run, keep: Keep) -> Chains:
    """Raises UsageError when the package is no longer the one that was planned."""
    changing = plan.of(ItemKind.CREATE, ItemKind.UPDATE)
    overwrite = isinstance(run.about, ApplyRun) and run.about.overwrite
    shared: list[Chain] = [[TrustRole(plan.trust)]] if plan.trust.action is TrustAction.APPEND else []
    if plan.code is not None and changing:
        shared.append([_upload_code(plan)])
    return Chains(
        tuple(shared),
        tuple(_item_chain(plan, item, run, overwrite=overwrite) for item in changing),
        tuple(
            [DeleteWorkflow(i.name, i.dag_id, i.arn, i.version, plan.owner.mark, keep)]
            for i in plan.of(ItemKind.DELETE)
        ),
    )


def _item_chain(plan: Plan, item: Item, run: Run, *, overwrite: bool) -> Chain:
    wanted, package = item.wanted, plan.code.sha256 if plan.code else None
    upload = UploadObject(
        UploadDefinition, wanted.name, wanted.dag_id, wanted.bucket, wanted.key, wanted.definition.encode(),
        plan.kms_key,
    )  # fmt: skip
    if item.kind is ItemKind.CREATE:
        return [upload, CreateWorkflow(wanted, idempotency_token(item.token, run.id), package)]
    pruned: list[AnyAction] = []
    if item.prune_versions:
        pruned = [PruneVersions(item.name, item.dag_id, item.arn, item.prune_versions)]
    return [*pruned, upload, UpdateWorkflow(wanted, item.arn, item.version, package, overwrite)]


def _upload_code(plan: Plan) -> UploadObject:
    assert plan.code is not None
    path = Path(plan.code.path)
    body = path.read_bytes() if path.is_file() else b""
    if digest(body) != plan.code.sha256:
        raise UsageError(f"the plan is stale: the code package {path} changed since it was made; plan again")
    return UploadObject(UploadCode, plan.code.sha256, "", plan.bucket, plan.code.key, body, plan.kms_key)


def _unpredicted(plan: Plan, done: dict[StepKey, Outcome]) -> dict[str, list[str]]:
    """Warnings of the service beyond the ignored attributes that were expected (contract rule 61;
    docs/faults.md 22).
    """
    expected = {item.name: set(item.warnings) for item in plan.of(ItemKind.CREATE, ItemKind.UPDATE)}
    found: dict[str, list[str]] = {}
    for key, outcome in done.items():
        if isinstance(outcome, Made):
            surprises = [w for w in outcome.warnings if not _is_expected(w, expected[key.name])]
            if surprises:
                found[key.name] = surprises
    return found


def _is_expected(warning: str, expected: set[str]) -> bool:
    head, _, names = warning.partition(":")
    named = {name.strip() for name in names.split(",") if name.strip()}
    return head.strip().lower() == "ignored attributes" and named <= expected
