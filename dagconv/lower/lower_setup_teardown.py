"""Makes setup and teardown tasks ordinary where the run goes on and ends the same way, and refuses the others.

Three things tell them from ordinary tasks (Airflow 3.0.6): a teardown runs only if one of its setups succeeded; a
failed setup stops every task below it whatever that task's trigger rule; and a teardown does not count for the
state of the run, so that the tasks before it do (TriggerRuleDep, DagRun._tis_for_dagrun_state).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dagconv.diagnostics import Effect, Engine, Rule, Section, Severity
from dagconv.ir.graph import ancestors
from dagconv.ir.task import MISSING, Task
from dagconv.ir.value import EnumValue, Value
from dagconv.ir.workflow import Workflow
from dagconv.lower.lowering import Lowering

TEARDOWN_RULE = "all_done_setup_success"

SETUP_REWRITTEN = Rule(
    code="DC311",
    slug="setup-or-teardown-made-ordinary",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A setup or teardown task runs the same way as an ordinary task, and is written as one.",
    message="the {value} task is written as an ordinary task{how}: runs start, order and end as before",
    help="clearing a task by hand no longer clears its setups and teardowns with it",
    why="A definition has no word for setup and teardown. Here ordinary dependencies and trigger rules say the same.",
    example="create.as_setup() >> work  # where every task after create has the trigger rule all_success",
    fix="Nothing to do.",
    source=(Engine("airflow.ti_deps.deps.trigger_rule_dep", "TriggerRuleDep"),),
)
SETUP_REFUSED = Rule(
    code="DC312",
    slug="setup-or-teardown-without-equal",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A setup or teardown task has a meaning that dependencies and trigger rules cannot say.",
    message="the {value} task has no equal in a definition: {reason}",
    help="make it an ordinary task: a clean-up with trigger_rule='all_done', followed by a task that waits for the "
    "clean-up and the work with the trigger rule all_success, so that the run fails when the work did",
    why="The service knows no setup and teardown tasks. Written as ordinary ones these would let a failed run end "
    "as a success, or run a clean-up whose setup failed.",
    example="create >> work >> delete.as_teardown(setups=create)",
    fix="Say the clean-up with ordinary tasks, and decide which tasks the state of the run follows.",
    source=(Section("1.9"), Engine("airflow.models.dagrun", "DagRun._tis_for_dagrun_state")),
)


def lower_setup_teardown(lowering: Lowering) -> None:
    workflow = lowering.workflow
    downstream = _downstream(workflow)
    lowering.map_tasks(lambda task: _lower(lowering, task, workflow, downstream))


def _lower(lowering: Lowering, task: Task, workflow: Workflow, downstream: Mapping[str, tuple[str, ...]]) -> Task:
    if not (task.setup or task.teardown):
        return task
    kind = "setup" if task.setup else "teardown"
    reason = _obstacle(task, workflow, downstream)
    if reason:
        lowering.report(SETUP_REFUSED, task.task_id, value=kind, reason=reason)
        return task
    waits_for_setups = task.teardown and rule_of(task) == TEARDOWN_RULE
    shown = " with trigger_rule all_done" if waits_for_setups else ""
    lowering.report(SETUP_REWRITTEN, task.task_id, value=kind, how=shown)
    for name in ("setup", "teardown", "on_failure_fail_dagrun"):
        if getattr(task, name):
            lowering.declare(SETUP_REWRITTEN, task.task_id, name, True, MISSING)
    task = replace(task, setup=False, teardown=False, on_failure_fail_dagrun=False)
    return lowering.set_argument(SETUP_REWRITTEN, task, "trigger_rule", "all_done") if waits_for_setups else task


def _obstacle(task: Task, workflow: Workflow, downstream: Mapping[str, tuple[str, ...]]) -> str | None:
    if task.setup:
        upstream = {other.task_id: other.upstream for other in workflow.tasks}
        for below in workflow.tasks:
            if below.teardown or rule_of(below) == "all_success":
                continue
            if task.task_id in ancestors(upstream, below.task_id):
                return f"when it fails, {below.task_id} must not run, though its trigger rule is {rule_of(below)}"
        return None
    setups = [up for up in task.upstream if (other := workflow.task(up)) is not None and other.setup]
    if setups and rule_of(task) == TEARDOWN_RULE:
        return f"it runs only if its setup {setups[0]} succeeded, whatever became of the tasks between"
    if not downstream[task.task_id] and not task.on_failure_fail_dagrun:
        return "as a last task it does not count for the state of the run, an ordinary one does"
    # A task that the run's state followed only because its other successors are teardowns.
    for name in task.upstream:
        if _effective_leaf(name, workflow, downstream):
            return f"the state of the run follows {name} before it; as an ordinary task it would hide a failure there"
    return None


def _effective_leaf(task_id: str, workflow: Workflow, downstream: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether Airflow derives the state of the run from this task."""
    task = workflow.task(task_id)
    after = [workflow.task(down) for down in downstream[task_id]]
    ignored = all(down is not None and down.teardown and not down.on_failure_fail_dagrun for down in after)
    return ignored and task is not None and (not task.teardown or task.on_failure_fail_dagrun)


def _downstream(workflow: Workflow) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {task.task_id: [] for task in workflow.tasks}
    for task in workflow.tasks:
        for up in task.upstream:
            if up in found:
                found[up].append(task.task_id)
    return {task_id: tuple(down) for task_id, down in found.items()}


def rule_of(task: Task) -> Value:
    """The trigger rule as text."""
    argument = task.argument("trigger_rule")
    if argument is None:
        return "all_success"
    return argument.value.value if isinstance(argument.value, EnumValue) else argument.value
