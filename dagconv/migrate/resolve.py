"""Rebuilds a step's action from the journal and the kept plan, to find out what became of a call that was cut off."""

from __future__ import annotations

from dagconv.errors import UsageError
from dagconv.migrate.actions.action import Action
from dagconv.migrate.actions.delete_workflow import DeleteWorkflow
from dagconv.migrate.actions.pause_source import PauseSource
from dagconv.migrate.actions.switch_trigger import SwitchTrigger
from dagconv.migrate.actions.trust_role import TrustRole
from dagconv.migrate.apply import item_chain, upload_code
from dagconv.migrate.journal import Run, Step
from dagconv.migrate.state import State


def action_of(run: Run, step: Step, state: State) -> Action:
    """Raises UsageError when the journal names a step that the plan does not hold."""
    kind, _, name = step.name.partition(":")
    if kind == "pause":
        return PauseSource(str(step.intent["environment"]), str(step.intent["dag_id"]))
    if kind == "trigger":
        return SwitchTrigger(name, str(step.intent["arn"]), str(step.intent["wanted"]))
    if kind == "delete":
        return DeleteWorkflow(name, str(step.intent["arn"]), "")
    plan = state.kept_plan(str(run.facts["plan"]))
    if kind == "trust":
        return TrustRole(plan.trust)
    if step.name == "upload:code":
        return upload_code(plan)
    for item in plan.of("create", "update"):
        for action in item_chain(plan, item, run):
            if action.step == step.name:
                return action
    raise UsageError(f"the journal names {step.name}, which the kept plan does not hold")
