"""Says retries on every task, and keeps retries and their delay within the service's limits (contract 4, 7)."""

from __future__ import annotations

from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.task import Argument, Origin, Task
from dagconv.ir.value import TimedeltaValue
from dagconv.language.duration import seconds_of, shown
from dagconv.lower.losses import drop_arguments
from dagconv.lower.lowering import Lowering

RETRIES_ABOVE_LIMIT = Rule(
    code="DC300",
    slug="source-retries-above-limit",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A task retries more often than the service allows.",
    message="retries={value} is above the service's limit of 3; written as 3",
    help="make the operator itself more patient (poll interval, max attempts), or accept three retries",
    why="The service allows 0 to 3 retries.",
    example="S3ListOperator(task_id='list', bucket='b', retries=10)",
    fix="Set retries to 3 or less.",
    source=(ContractRule(16), Section("4")),
)
RETRIES_NONE = Rule(
    code="DC301",
    slug="retries-none",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A task sets retries to None, which Airflow takes as 0.",
    message="retries=None is written as 0, which is how Airflow acts on it",
    help="no step is needed",
    why="A task whose retries are None is never retried; the service needs a number, and takes 1 where none stands.",
    example="S3ListOperator(task_id='list', bucket='b', retries=None)",
    fix="Nothing to do.",
    source=(Section("7"), Engine("airflow.models.taskinstance", "TaskInstance.is_eligible_to_retry")),
)
RETRY_DELAY_ABOVE_LIMIT = Rule(
    code="DC302",
    slug="source-retry-delay-above-limit",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A task waits longer between tries than the service allows.",
    message="retry_delay={value} is above the service's limit of 5 minutes; written as 5 minutes",
    help="where the wait matters, let a sensor wait for the cause of the failure to pass",
    why="The service allows a retry delay of 0 to 300 seconds.",
    example="S3ListOperator(task_id='list', bucket='b', retry_delay=timedelta(minutes=15))",
    fix="Set retry_delay to five minutes or less.",
    source=(ContractRule(17), Section("4")),
)
RETRY_BACKOFF = Rule(
    code="DC303",
    slug="retry-backoff",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task lengthens the delay between its tries.",
    message="{key}={value} of {where} is ignored by the service: every delay is the same; dropped",
    help="set retry_delay to what the later tries should wait (at most 300 s)",
    why="The service ignores retry_exponential_backoff and max_retry_delay.",
    example="S3ListOperator(task_id='list', bucket='b', retries=3, retry_exponential_backoff=True)",
    fix="Choose one delay that suits every try.",
    source=(Section("4"),),
)


def lower_retries(lowering: Lowering) -> None:
    drop_arguments(lowering, {"retry_exponential_backoff": RETRY_BACKOFF, "max_retry_delay": RETRY_BACKOFF})
    lowering.map_tasks(lambda task: _lower_delay(lowering, _lower_count(lowering, task)))


def _lower_count(lowering: Lowering, task: Task) -> Task:
    argument = task.argument("retries")
    if argument is None:
        # Airflow's default is 0, the service's is 1: the same task says 0 (contract 7).
        return task.with_argument(Argument("retries", 0, Origin.LOWERED, 0))
    if argument.value is None:
        lowering.report_argument(RETRIES_NONE, task, "retries")
        return lowering.set_argument(RETRIES_NONE, task, "retries", 0)
    limit = service().limits.retries_max
    if isinstance(argument.value, int) and argument.value > limit:
        lowering.report_argument(RETRIES_ABOVE_LIMIT, task, "retries", value=argument.value)
        return lowering.set_argument(RETRIES_ABOVE_LIMIT, task, "retries", limit)
    return task


def _lower_delay(lowering: Lowering, task: Task) -> Task:
    argument = task.argument("retry_delay")
    seconds, limit = seconds_of(argument.value) if argument else None, service().limits.retry_delay_max
    if seconds is None or seconds <= limit:
        return task
    retries = task.argument("retries")
    never = retries is not None and retries.value == 0
    lowering.report_argument(
        RETRY_DELAY_ABOVE_LIMIT,
        task,
        "retry_delay",
        value=shown(seconds),
        severity=Severity.INFO if never else None,
    )
    return lowering.set_argument(RETRY_DELAY_ABOVE_LIMIT, task, "retry_delay", TimedeltaValue(0, limit, 0))
