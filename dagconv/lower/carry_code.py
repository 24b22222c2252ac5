"""Decides which tasks keep their code in a code package: Python functions, TaskFlow and shell commands; behind
`--accept packaged-operators` also those that branch, skip or wait by a function, and operators of the user's own."""

from __future__ import annotations

from dataclasses import replace

from dagconv.catalog.foreign_tasks import foreign_tasks
from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Effect, Means, Remedy, Rule, Section, Severity
from dagconv.ir.task import Missing, Operator, Task
from dagconv.lower.losses import show
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
    help="try the workflow once and say --accept packaged-operators: that the service takes this form and honours "
    "skips is documented in part only",
    why="The service runs own operators from the code package. Those that branch are not on its list by themselves.",
    example="BranchPythonOperator(task_id='choose', python_callable=choose)",
    fix="Nothing to do where the workflow was tried.",
    source=(ContractRule(53), Section("3.1")),
    accept="packaged-operators",
    remedy=Remedy(Means.ACCEPT),
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
OWN_OPERATOR = Rule(
    code="DC545",
    slug="own-operator-in-package",
    severity=Severity.ERROR,
    effect=Effect.CHANGED,
    summary="A task of an operator, sensor or subclass of your own runs that class from the code package.",
    message="{value} is a class of your own, which runs from the code package as {name}",
    help="try the workflow once and say --accept packaged-operators: how the service checks own classes is not known",
    why="The service runs own operators from the code package of the workflow since November 2026. The page that says "
    "so shows neither which paths it takes nor when it imports them.",
    example="class Load(BaseOperator):\n    def execute(self, context): ...",
    fix="Nothing to do where the workflow was tried.",
    source=(ContractRule(8), ContractRule(53), Section("3.1")),
    accept="packaged-operators",
    remedy=Remedy(Means.ACCEPT),
)
NOT_ON_SERVICE = Rule(
    code="DC546",
    slug="own-operator-below-unsupported",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task uses a class of your own below an operator of Airflow that cannot run on the service.",
    message="{value} is a class of your own below {base}, which {reason}",
    help="{advice}",
    why="An own class runs from the code package, but what it inherits has to find on the service what it needs.",
    example="class Mine(PythonVirtualenvOperator): ...",
    fix="class Mine(BaseOperator): ...",
    source=(ContractRule(53), Section("3.6")),
)
NO_ADDRESS = Rule(
    code="DC548",
    slug="own-operator-without-address",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task uses a class of your own that its module does not have under the class's name.",
    message="{value} is a class of your own that is made by code: its module does not have it under that name",
    help="define it by a class statement at the top of a module",
    why="A definition names a class by module and name. One that a function makes, or type(), has no such place.",
    example="def make():\n    class Load(BaseOperator): ...\n    return Load",
    fix="class Load(BaseOperator): ...",
    source=(ContractRule(8), Section("3.1")),
)
OTHER_DEFAULT = Rule(
    code="DC549",
    slug="own-operator-with-aws-default",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task gives a class of your own an argument that the service ignores, and the class has another default.",
    message="{argument}={value} is ignored by the service, and {name} has {default} in its place",
    help="let {argument} have the default None, or give it another name",
    why="aws_conn_id, region_name, verify and botocore_config of tasks are not supported. What stands in their place "
    "is the class's own default, which nobody chose for this task.",
    example="class Load(BaseOperator):\n    def __init__(self, region_name='us-east-1', **kw): ...",
    fix="class Load(BaseOperator):\n    def __init__(self, region='us-east-1', **kw): ...",
    source=(ContractRule(38), Section("4")),
)
_DAGS = ("asks for other DAGs, which a workflow has not", "use MwaaServerlessStartWorkflowRunOperator")
_UNSUPPORTED = {
    **{path: (row.reason, row.advice) for path, row in foreign_tasks().items()},
    STANDARD + "operators.trigger_dagrun.TriggerDagRunOperator": _DAGS,
    STANDARD + "sensors.external_task.ExternalTaskSensor": _DAGS,
    STANDARD + "sensors.external_task.ExternalTaskMarker": _DAGS,
}
_BRANCHES = {STANDARD + "operators.branch.BaseBranchOperator", STANDARD + "operators.python.BranchPythonOperator"}
_SENSOR = STANDARD + "sensors.python.PythonSensor"


def function_class(operator: Operator) -> str | None:
    """The class under which a task calls its function: the service's, one of the package, or the user's own itself;
    None where it calls none."""
    if not operator.file:
        return FUNCTIONS.get(operator.path)
    return operator.path if {PYTHON, _SENSOR} & set(operator.bases) else None


def carry_code(lowering: Lowering) -> None:
    """Only where a package was asked for."""
    if lowering.code is None:
        return
    lowering.map_tasks(lambda task: _carry(lowering, task))


def _carry(lowering: Lowering, task: Task) -> Task:
    if task.operator.file:
        return carry_own_operator(lowering, task)
    if task.operator.behaviour:
        lowering.refuse(NO_ADDRESS, task, value=task.operator.path.rpartition(".")[2])
        return task
    path = task.operator.target  # of a class that only presets arguments too
    name = path.rpartition(".")[2].lstrip("_")
    if task.operator.path == _LATEST_ONLY:
        lowering.report(LATEST_ONLY, task.task_id, value=name)
        lowering.declare(LATEST_ONLY, task.task_id, "operator", path, EMPTY)
        return replace(task, operator=replace(task.operator, path=EMPTY, target=EMPTY, bases=(EMPTY,)))
    if path not in FUNCTIONS and path != BASH:
        return task
    wanted = FUNCTIONS.get(path, PYTHON)
    if wanted == "Branch" and refuse_other_ids(lowering, task, name):
        return task
    if wanted == PYTHON or PACKAGED_OPERATOR.accept in lowering.options.accept:
        lowering.fates[task.task_id] = Fate.CARRIED
    else:
        lowering.refuse(PACKAGED_OPERATOR, task, value=name, name=f"{lowering.entry_module}.{wanted}")
    return task


def carry_own_operator(lowering: Lowering, task: Task) -> Task:
    operator, name = task.operator, task.operator.path.rpartition(".")[2]
    for base, (reason, advice) in _UNSUPPORTED.items():
        if base in operator.bases:
            shown = base.rpartition(".")[2].lstrip("_")
            lowering.refuse(NOT_ON_SERVICE, task, value=name, base=shown, reason=reason, advice=advice)
            return task
    if _BRANCHES & set(operator.bases) and refuse_other_ids(lowering, task, name):
        return task
    if refuse_other_defaults(lowering, task, name):
        return task
    accepted = OWN_OPERATOR.accept in lowering.options.accept
    severity = Severity.WARNING if accepted else Severity.ERROR
    path = lowering.add_operator(operator)
    lowering.report(OWN_OPERATOR, task.task_id, value=name, name=path, severity=severity)
    lowering.fates[task.task_id] = Fate.CARRIED if accepted else Fate.REFUSED
    return task


def refuse_other_defaults(lowering: Lowering, task: Task, name: str) -> bool:
    """Refuses a task that loses an argument for which its class has a default of its own; whether it did."""
    for argument in task.arguments:
        default = argument.default
        if argument.name not in service().dropped_aws_keys or isinstance(default, Missing):
            continue
        if default not in (None, "aws_default", argument.value):
            value, shown = show(argument.value), show(default)
            lowering.refuse(OTHER_DEFAULT, task, argument=argument.name, value=value, name=name, default=shown)
            return True
    return False


def refuse_other_ids(lowering: Lowering, task: Task, name: str) -> bool:
    """Refuses a task that branches where ids may be others than the source's; whether it did."""
    what = _other_ids(lowering)
    if what:
        lowering.refuse(BRANCH_IDS, task, value=name, what=what)
    return bool(what)


def _other_ids(lowering: Lowering) -> str:
    if lowering.workflow.groups:
        return "a task group"
    return "a mapped task" if any(task.mapping is not None for task in lowering.workflow.tasks) else ""
