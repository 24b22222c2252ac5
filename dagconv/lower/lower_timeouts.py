"""Keeps execution_timeout within the service's 60 minutes, which it applies where none is said (contract 4, 7)."""

from __future__ import annotations

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.task import MISSING, Task
from dagconv.ir.value import TimedeltaValue
from dagconv.language.duration import shown
from dagconv.lower.lower_waits import LIMIT, is_sensor, waits
from dagconv.lower.lowering import Lowering

SERVICE_LIMIT = TimedeltaValue(0, LIMIT, 0)

TIMEOUT_ABOVE_LIMIT = Rule(
    code="DC308",
    slug="source-execution-timeout-above-limit",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A task may run longer than the service's limit of 60 minutes.",
    message="execution_timeout={value} is above the service's limit of 60 minutes; written as 60 minutes",
    help="{advice}",
    why="The service stops every attempt of a task after 60 minutes.",
    example="GlueJobOperator(task_id='job', job_name='j', execution_timeout=timedelta(hours=4))",
    fix="Start the job without waiting for it, and wait with a sensor in reschedule mode.",
    source=(ContractRule(18), ContractRule(19), Section("4")),
)
TIMEOUT_ABSENT = Rule(
    code="DC309",
    slug="execution-timeout-absent",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="Tasks have no execution_timeout: Airflow lets them run on, the service stops them after 60 minutes.",
    message="{value} of {total} tasks have no execution_timeout; the service stops each attempt after 60 minutes",
    help="nothing to do for tasks that are always shorter",
    why="The service's own limit applies where a definition says none.",
    example="S3ListOperator(task_id='list', bucket='b')",
    fix="Say an execution_timeout where a task could take long.",
    source=(ContractRule(19), Section("7")),
)
LONG_WAIT = Rule(
    code="DC310",
    slug="wait-without-timeout",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A task waits for a job to finish and has no limit that fits into 60 minutes.",
    message="the task waits for completion without an execution_timeout; the service stops it after 60 minutes",
    help="where the job can take longer: wait_for_completion=False and a sensor with mode='reschedule' after it",
    why="A task that waits for a job cannot outlive the 60 minutes that the service gives each attempt.",
    example="EmrServerlessStartJobOperator(task_id='job', ..., wait_for_completion=True)",
    fix="Split the task into starting the job and a rescheduled sensor that waits for it.",
    source=(ContractRule(19), Section("4")),
)


def lower_timeouts(lowering: Lowering) -> None:
    absent: list[str] = []
    lowering.map_tasks(lambda task: _lower_timeout(lowering, task, absent))
    if absent:
        lowering.report(TIMEOUT_ABSENT, value=len(absent), total=len(lowering.workflow.tasks))


def _lower_timeout(lowering: Lowering, task: Task, absent: list[str]) -> Task:
    argument = task.argument("execution_timeout")
    if argument is None or argument.value is None:
        absent.append(task.task_id)
        lowering.declare(TIMEOUT_ABSENT, task.task_id, "execution_timeout", MISSING, SERVICE_LIMIT)
        if waits(task):
            lowering.report_argument(LONG_WAIT, task, "wait_for_completion")
        return task.without_argument("execution_timeout")
    if isinstance(argument.value, TimedeltaValue) and argument.value.total_seconds > LIMIT:
        lowering.report_argument(
            TIMEOUT_ABOVE_LIMIT,
            task,
            "execution_timeout",
            value=shown(argument.value.total_seconds),
            advice=_advice(task),
        )
        return lowering.set_argument(TIMEOUT_ABOVE_LIMIT, task, "execution_timeout", SERVICE_LIMIT)
    return task


def _advice(task: Task) -> str:
    if is_sensor(task):
        return "in mode reschedule the limit concerns a single look; the sensor's timeout limits the whole wait"
    return "start the job without waiting for it, and wait with a sensor in reschedule mode"
