"""Drops what ties a run to earlier runs or limits how many there are: the service ignores it (contract 4, 7)."""

from __future__ import annotations

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.lower.losses import drop_arguments, drop_settings
from dagconv.lower.lowering import Lowering

_ALONE = "make runs safe beside each other: the first task can look for another run's marker, such as an S3 object"

CATCHUP = Rule(
    code="DC201",
    slug="catchup-enabled",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The DAG catches up on missed runs.",
    message="catchup={value}: the service never makes up for missed runs; dropped",
    help="start the missed runs yourself with StartWorkflowRun, and pass each one's date as a param",
    why="Runs are fired by EventBridge Scheduler, which has no memory of past dates; there is no backfill.",
    example="DAG('daily', schedule='@daily', start_date=datetime(2024, 1, 1), catchup=True)",
    fix="Start a run per missing date with StartWorkflowRun and a param that the templates use in place of ds.",
    source=(ContractRule(31), Section("1.5"), Section("7")),
)
MAX_ACTIVE_RUNS = Rule(
    code="DC202",
    slug="max-active-runs-limited",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The DAG limits how many of its runs are active at a time.",
    message="max_active_runs={value} is not enforced: up to 20 runs of a workflow run at a time; dropped",
    help=_ALONE,
    why="The service takes max_active_runs and ignores it; its own quota is 20 concurrent runs per workflow.",
    example="DAG('load', schedule='*/5 * * * *', max_active_runs=1)",
    fix="Make overlapping runs harmless, or schedule further apart than the longest run.",
    source=(ContractRule(31), Section("1.3"), Section("7")),
)
MAX_CONSECUTIVE_FAILED = Rule(
    code="DC211",
    slug="max-consecutive-failed-runs",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The DAG pauses itself after a number of failed runs.",
    message="max_consecutive_failed_dag_runs={value}: the service does not pause a failing workflow; dropped",
    help="alarm on failed runs and set the workflow's TriggerMode to DISABLED from there",
    why="The service accepts the key and does nothing with it.",
    example="DAG('load', max_consecutive_failed_dag_runs=3)",
    fix="React to the event 'MWAA Serverless Workflow Run Failed' and switch the trigger off.",
    source=(ContractRule(31), Section("1.3")),
)
FAIL_FAST = Rule(
    code="DC212",
    slug="fail-fast-enabled",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The DAG stops all running tasks when one fails.",
    message="fail_fast={value}: the service lets the other tasks run on when one fails; dropped",
    help="order the tasks that must not run on after the ones that can fail",
    why="The service ignores fail_fast.",
    example="DAG('load', fail_fast=True)",
    fix="Add dependencies so that nothing costly runs beside a task that may fail.",
    source=(ContractRule(31), Section("1.3")),
)
DEPENDS_ON_PAST = Rule(
    code="DC327",
    slug="depends-on-past",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task waits for its own success in the run before.",
    message="{key}={value} of {where}: the service does not look at earlier runs; dropped",
    help=_ALONE,
    why="The service ignores depends_on_past; every run starts whatever became of the one before.",
    example="default_args={'depends_on_past': True}",
    fix="Write a marker at the end of a run and test for it at the start of the next, for example with S3KeySensor.",
    source=(ContractRule(12), ContractRule(31), Section("7")),
)
WAIT_FOR_DOWNSTREAM = Rule(
    code="DC328",
    slug="wait-for-downstream",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task waits for the tasks after it in the run before.",
    message="{key}={value} of {where}: the service does not look at earlier runs; dropped",
    help=_ALONE,
    why="The service ignores wait_for_downstream; every run starts whatever became of the one before.",
    example="S3ListOperator(task_id='list', bucket='b', wait_for_downstream=True)",
    fix="Write a marker at the end of a run and test for it at the start of the next.",
    source=(ContractRule(31), Section("7")),
)

_SETTINGS = {
    "catchup": CATCHUP,
    "max_active_runs": MAX_ACTIVE_RUNS,
    "max_consecutive_failed_dag_runs": MAX_CONSECUTIVE_FAILED,
    "fail_fast": FAIL_FAST,
}
_ARGUMENTS = {
    "depends_on_past": DEPENDS_ON_PAST,
    "ignore_first_depends_on_past": DEPENDS_ON_PAST,
    "wait_for_past_depends_before_skipping": DEPENDS_ON_PAST,
    "wait_for_downstream": WAIT_FOR_DOWNSTREAM,
}


def drop_history(lowering: Lowering) -> None:
    drop_settings(lowering, _SETTINGS)
    drop_arguments(lowering, _ARGUMENTS)
