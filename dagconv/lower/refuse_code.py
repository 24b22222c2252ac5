"""Refuses tasks that run Python or shell code, branch or skip, by name: a definition cannot carry their code.

Tasks whose code goes into a code package are left alone.
"""

from __future__ import annotations

from dagconv.catalog.foreign_tasks import foreign_tasks
from dagconv.diagnostics import ContractRule, Effect, Means, Remedy, Rule, Section, Severity
from dagconv.lower.lowering import Fate, Lowering

_STANDARD = "airflow.providers.standard."

TASKFLOW = Rule(
    code="DC313",
    slug="taskflow-task",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task is a decorated function (@task).",
    message="{value} is a TaskFlow task: its function has no form in a definition",
    help="carry the function with --code-package, or move the work to Lambda, Glue, ECS or Batch",
    why="The service does not support TaskFlow decorators: a definition holds no code.",
    example="@task\ndef clean(): ...",
    fix="Replace the function by an operator that starts the work elsewhere.",
    source=(ContractRule(53), Section("3.6")),
    remedy=Remedy(Means.CODE),
)
BRANCH = Rule(
    code="DC314",
    slug="branching-task",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task chooses which of its successors run.",
    message="{value} branches: the service does not support branching operators",
    help="carry it with --code-package --accept packaged-operators, or make one workflow of each branch",
    why="Branching operators run code that returns task ids; they are not supported by the service.",
    example="BranchPythonOperator(task_id='choose', python_callable=choose)",
    fix="Make one workflow per branch and start the right one, for example from a Lambda function.",
    source=(ContractRule(53), Section("2"), Section("3.6")),
    remedy=Remedy(Means.CODE),
)
SHORT_CIRCUIT = Rule(
    code="DC315",
    slug="short-circuit-task",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task skips everything after it when its function says so.",
    message="{value} skips its successors by the result of a function, which has no form in a definition",
    help="carry it with --code-package --accept packaged-operators, or wait by a sensor with soft_fail=True",
    why="ShortCircuitOperator runs a Python function of the DAG file.",
    example="ShortCircuitOperator(task_id='new_data', python_callable=has_new_data)",
    fix="Say the condition as a sensor, or decide outside whether the workflow runs.",
    source=(ContractRule(53), Section("3.6")),
    remedy=Remedy(Means.CODE),
)
LATEST_ONLY = Rule(
    code="DC316",
    slug="latest-only-task",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A LatestOnlyOperator skips what follows in runs that are not the latest.",
    message="{value} is not supported by the service",
    help="remove it: the service never catches up, so that every scheduled run is the latest",
    why="The operator is not on the service's list. Without catchup it skips nothing in scheduled runs.",
    example="LatestOnlyOperator(task_id='latest')",
    fix="Remove the task and connect its neighbours.",
    source=(ContractRule(53), Section("1.5"), Section("3.6")),
    remedy=Remedy(Means.CODE),
)
PYTHON = Rule(
    code="DC317",
    slug="python-operator",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task runs a Python function.",
    message="{value} runs a Python function, which has no form in a definition",
    help="carry the function with --code-package, or move it to Lambda, Glue, ECS or Batch",
    why="The function has to travel in a code package beside the definition.",
    example="PythonOperator(task_id='clean', python_callable=clean)",
    fix="Replace the function by an operator that starts the work elsewhere.",
    source=(ContractRule(46), ContractRule(53), Section("3.1")),
    remedy=Remedy(Means.CODE),
)
BASH = Rule(
    code="DC318",
    slug="bash-operator",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task runs a shell command.",
    message="{value} runs a shell command on the worker, which dagconv does not carry over yet",
    help="carry the command with --code-package, or call the AWS service with its operator",
    why="What the command finds on the service's worker (programs, files, network) differs from the source's.",
    example="BashOperator(task_id='copy', bash_command='aws s3 cp s3://a/x s3://b/x')",
    fix="Use the operator of the AWS service that the command calls.",
    source=(ContractRule(50), ContractRule(53), Section("3.1")),
    remedy=Remedy(Means.CODE),
)
PYTHON_SENSOR = Rule(
    code="DC319",
    slug="python-sensor",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A sensor calls a Python function.",
    message="{value} calls a Python function at each look, which has no form in a definition",
    help="carry it with --code-package --accept packaged-operators, or use the sensor of the AWS service it asks",
    why="The function would have to travel in a code package; PythonSensor is not on the service's list.",
    example="PythonSensor(task_id='ready', python_callable=is_ready)",
    fix="Use the sensor of the AWS service concerned, for example S3KeySensor.",
    source=(ContractRule(53), Section("3.6")),
    remedy=Remedy(Means.CODE),
)
FOREIGN = Rule(
    code="DC551",
    slug="task-that-no-worker-runs",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task runs its function where the service's worker cannot: another Python, a container, a cluster.",
    message="{value} {reason}: no code package carries that",
    help="{advice}",
    why="A task of the service runs in a container of the service, by its own Python, with the packages that it has.",
    example="@task.virtualenv(requirements=['pandas'])\ndef clean(): ...",
    fix="EcsRunTaskOperator(task_id='clean', ...)",
    source=(ContractRule(53), Section("3.3"), Section("3.6")),
)

# The first that a class derives from decides; foreign tasks come before all of them.
CODE_CLASSES: tuple[tuple[str, Rule], ...] = (
    (_STANDARD + "operators.latest_only.LatestOnlyOperator", LATEST_ONLY),
    (_STANDARD + "operators.branch.BaseBranchOperator", BRANCH),
    (_STANDARD + "operators.branch.BranchMixIn", BRANCH),
    (_STANDARD + "operators.python.ShortCircuitOperator", SHORT_CIRCUIT),
    (_STANDARD + "sensors.python.PythonSensor", PYTHON_SENSOR),
    ("airflow.sdk.bases.decorator.DecoratedOperator", TASKFLOW),
    (_STANDARD + "operators.python.PythonOperator", PYTHON),
    (_STANDARD + "operators.bash.BashOperator", BASH),
)


def refuse_code(lowering: Lowering) -> None:
    for task in lowering.tasks:
        if lowering.fates.get(task.task_id) is Fate.CARRIED:
            continue
        classes = {task.operator.target, *task.operator.bases}
        value = task.operator.path.rpartition(".")[2].lstrip("_")
        foreign = next((row for path, row in foreign_tasks().items() if path in classes), None)
        rule = next((rule for path, rule in CODE_CLASSES if path in classes), None)
        if foreign is not None:
            lowering.refuse(FOREIGN, task, value=value, reason=foreign.reason, advice=foreign.advice)
        elif rule is not None:
            lowering.refuse(rule, task, value=value)
