"""Drops pools, priorities, queues, executors and concurrency limits: the service has none (contract 3.6, 4)."""

from __future__ import annotations

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.lower.losses import drop_arguments, drop_settings
from dagconv.lower.lowering import Lowering

MAX_ACTIVE_TASKS = Rule(
    code="DC203",
    slug="max-active-tasks-limited",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The DAG limits how many of its tasks run at a time.",
    message="max_active_tasks={value} is not enforced by the service; dropped",
    help="chain the tasks that must not run beside each other",
    why="The service accepts the key without effect; each ready task gets a container of its own.",
    example="DAG('load', max_active_tasks=2)",
    fix="Add dependencies between tasks that share a limited resource.",
    source=(ContractRule(31), Section("1.3")),
)
DAGRUN_TIMEOUT = Rule(
    code="DC204",
    slug="dagrun-timeout",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The DAG limits the length of a run.",
    message="dagrun_timeout={value} is not enforced by the service; dropped",
    help="set execution_timeout on the tasks that may hang (60 minutes is the service's own limit per attempt)",
    why="The service ignores dagrun_timeout; it has a limit of its own for a run, which is not published.",
    example="DAG('load', dagrun_timeout=timedelta(hours=2))",
    fix="Set execution_timeout per task, or stop late runs with StopWorkflowRun.",
    source=(ContractRule(31), Section("1.3"), Section("1.10")),
)
POOL = Rule(
    code="DC329",
    slug="pool-used",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task runs in a pool.",
    message="{key}={value} of {where}: the service has no pools, so nothing limits these tasks; dropped",
    help="chain the tasks that share the limited resource, or limit it where it is (for example job concurrency)",
    why="Pools limit how many tasks of all DAGs run at a time. The service ignores them.",
    example="S3ListOperator(task_id='list', bucket='b', pool='warehouse')",
    fix="Add dependencies between the tasks, or set the limit in the called AWS service.",
    source=(ContractRule(31), Section("3.5"), Section("4")),
)
PRIORITY = Rule(
    code="DC330",
    slug="priority-set",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="A task has a priority weight or a weight rule.",
    message="{key}={value} of {where}: tasks do not queue for workers on the service; dropped",
    help="no step is needed unless the order of ready tasks matters; then say it as a dependency",
    why="Priorities order tasks that wait for a slot. Each task of the service gets its own container.",
    example="S3ListOperator(task_id='list', bucket='b', priority_weight=10)",
    fix="Say an order that matters as a dependency.",
    source=(ContractRule(31), Section("4")),
)
CONCURRENCY = Rule(
    code="DC331",
    slug="task-concurrency-limited",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task limits how many of its instances run at a time.",
    message="{key}={value} of {where} is not enforced by the service; dropped",
    help="make instances of the task in different runs harmless to each other",
    why="The service ignores concurrency limits of tasks.",
    example="S3ListOperator(task_id='list', bucket='b', max_active_tis_per_dag=1)",
    fix="Take a lock in the called service, or schedule runs further apart than the longest run.",
    source=(ContractRule(31), Section("4")),
)
WORKER = Rule(
    code="DC332",
    slug="worker-choice",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task chooses a queue, an executor, a user or resources.",
    message="{key}={value} of {where}: every task of the service runs in a container of 1 vCPU and 3 GiB; dropped",
    help="run heavier work in Batch, ECS, EMR or Glue and only start it from here",
    why="The service has one kind of worker and ignores queue, executor, executor_config, run_as_user, resources.",
    example="S3ListOperator(task_id='list', bucket='b', queue='big')",
    fix="Move work that needs another machine to a service made for it.",
    source=(ContractRule(31), ContractRule(52), Section("3.3"), Section("4")),
)

_SETTINGS = {"max_active_tasks": MAX_ACTIVE_TASKS, "dagrun_timeout": DAGRUN_TIMEOUT}
_ARGUMENTS = {
    "pool": POOL,
    "pool_slots": POOL,
    "priority_weight": PRIORITY,
    "weight_rule": PRIORITY,
    "max_active_tis_per_dag": CONCURRENCY,
    "max_active_tis_per_dagrun": CONCURRENCY,
    "task_concurrency": CONCURRENCY,
    "queue": WORKER,
    "executor": WORKER,
    "executor_config": WORKER,
    "run_as_user": WORKER,
    "resources": WORKER,
}


def drop_queueing(lowering: Lowering) -> None:
    drop_settings(lowering, _SETTINGS)
    drop_arguments(lowering, _ARGUMENTS)
