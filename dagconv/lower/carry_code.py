"""Decides which tasks keep their code in a code package: Python functions, TaskFlow and shell commands; behind
`--accept packaged-operators` also those that branch, skip or wait by a function, as operators of the package."""

from __future__ import annotations

from dataclasses import replace

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.task import Task
from dagconv.lower.lowering import Fate, Lowering

STANDARD = "airflow.providers.standard."
PYTHON = STANDARD + "operators.python.PythonOperator"
TASKFLOW = STANDARD + "decorators.python._PythonDecoratedOperator"
BASH = STANDARD + "operators.bash.BashOperator"
EMPTY = STANDARD + "operators.empty.EmptyOperator"
_LATEST_ONLY = STANDARD + "operators.latest_only.LatestOnlyOperator"
# What each becomes: a class of the service's list, or one of the package.
FUNCTIONS = {
    PYTHON: PYTHON,
    TASKFLOW: PYTHON,
    STANDARD + "operators.python.BranchPythonOperator": "Branch",
    STANDARD + "decorators.branch_python._BranchPythonDecoratedOperator": "Branch",
    STANDARD + "operators.python.ShortCircuitOperator": "ShortCircuit",
    STANDARD + "decorators.short_circuit._ShortCircuitDecoratedOperator": "ShortCircuit",
    STANDARD + "sensors.python.PythonSensor": "FunctionSensor",
    STANDARD + "decorators.sensor.DecoratedSensorOperator": "FunctionSensor",
}

PACKAGED_OPERATOR = Rule(
    code="DC532",
    slug="operator-in-package",
    severity=Severity.ERROR,
    effect=Effect.CHANGED,
    summary="A task that branches, skips or waits by a function runs as an operator of the code package.",
    message="{value} is written as {name}, a class of the code package below the same operator of Airflow",
    help="try the workflow once: that the service takes this form and honours skips is documented in part only",
    why="The service runs own operators from the code package. Those that branch are not on its list by themselves.",
    example="BranchPythonOperator(task_id='choose', python_callable=choose)",
    fix="Nothing to do where the workflow was tried.",
    source=(ContractRule(53), Section("3.1")),
    accept="packaged-operators",
)
BRANCH_IDS = Rule(
    code="DC533",
    slug="branch-among-groups",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task branches in a DAG with task groups or mapped tasks, whose ids it may return.",
    message="{value} may return the id of {what}, which the definition does not have",
    help="return ids of tasks, and take the groups away",
    why="Groups are flattened and mapped tasks unrolled, so that an id which the function returns may name nothing.",
    example="def choose(): return 'load_group'",
    fix="def choose(): return ['load_group.first', 'load_group.second']  # in a DAG without groups",
    source=(ContractRule(14), Section("1.2")),
)
LATEST_ONLY = Rule(
    code="DC534",
    slug="latest-only-dropped",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A LatestOnlyOperator is written as an EmptyOperator: every run of the service is the latest.",
    message="{value} skips nothing on the service, which makes up for no missed run; written as an EmptyOperator",
    help="no step is needed",
    why="The service never catches up, so that the operator's question has one answer.",
    example="LatestOnlyOperator(task_id='latest')",
    fix="Remove the task.",
    source=(ContractRule(53), Section("1.5")),
)


def carry_code(lowering: Lowering) -> None:
    """Only where a package was asked for; a subclass is an operator of the user's own, and is not carried by this."""
    if lowering.code is None:
        return
    lowering.map_tasks(lambda task: _carry(lowering, task))


def _carry(lowering: Lowering, task: Task) -> Task:
    path, name = task.operator.path, task.operator.path.rpartition(".")[2].lstrip("_")
    if path != task.operator.target:
        return task
    if path == _LATEST_ONLY:
        lowering.report(LATEST_ONLY, task.task_id, value=name)
        lowering.declare(LATEST_ONLY, task.task_id, "operator", path, EMPTY)
        return replace(task, operator=replace(task.operator, path=EMPTY, target=EMPTY, bases=(EMPTY,)))
    own = FUNCTIONS.get(path, PYTHON) != PYTHON
    if path in FUNCTIONS or path == BASH:
        if own and PACKAGED_OPERATOR.accept not in lowering.options.accept:
            return task
        if FUNCTIONS.get(path) == "Branch" and (what := _other_ids(lowering)):
            lowering.refuse(BRANCH_IDS, task, value=name, what=what)
            return task
        lowering.fates[task.task_id] = Fate.CARRIED
    return task


def _other_ids(lowering: Lowering) -> str:
    if lowering.workflow.groups:
        return "a task group"
    return "a mapped task" if any(task.mapping is not None for task in lowering.workflow.tasks) else ""
