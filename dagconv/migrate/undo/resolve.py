"""Rebuilds a step's action from the journal and the kept plan, to find out what became of a call that was cut off."""

from __future__ import annotations

from dagconv.deploy.steps.delete_workflow import DeleteWorkflow
from dagconv.deploy.steps.step import Action
from dagconv.deploy.steps.switch_trigger import SwitchTrigger
from dagconv.deploy.steps.trust_role import TrustRole
from dagconv.errors import UsageError
from dagconv.migrate.run.apply import item_chain, upload_code
from dagconv.migrate.run.journal import Run, Step
from dagconv.migrate.run.state import State
from dagconv.migrate.steps.pause_source import PauseSource


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
