"""Keeps waiting tasks alive under the service's 60 minutes per attempt: sensors reschedule, nothing defers."""

from __future__ import annotations

from dagconv.catalog.files import read_schema
from dagconv.catalog.operators import load_operators
from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.task import Task
from dagconv.language.duration import seconds_of, shown
from dagconv.lower.lowering import Lowering, given

LIMIT = 3600
SENSOR_TIMEOUT = 604_800  # Airflow's default: seven days
# Their class refuses any mode but poke: what they compare with is kept in memory between two pokes.
POKE_ONLY = frozenset({"airflow.providers.amazon.aws.sensors.s3.S3KeysUnchangedSensor"})
_SENSOR_BASES = (".BaseSensorOperator",)

POKE_BEYOND_LIMIT = Rule(
    code="DC305",
    slug="poke-sensor-beyond-limit",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A sensor in poke mode may wait longer than the service lets a task run.",
    message="the sensor pokes for up to {value}, the service stops a task after 60 minutes; mode written as reschedule",
    help="set mode='reschedule' in the source to confirm, or timeout=3600 or less to keep poke mode",
    why="A poking sensor is one running task, which the service stops after 60 minutes. A rescheduled one ends "
    "between two looks and keeps the sensor's own timeout. Each look then pays a cold start of about 45 seconds.",
    example="S3KeySensor(task_id='wait', bucket_key='s3://b/k')",
    fix="Set mode to reschedule, with a poke_interval of a minute or more.",
    source=(ContractRule(20), Section("4"), Section("7")),
)
DEFERRABLE = Rule(
    code="DC306",
    slug="deferrable-task",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A task is deferrable, and the service has no triggerer.",
    message="deferrable=True: the service has no triggerer; {done}",
    help="{advice}",
    why="A deferred task waits in the triggerer. The service has none and ignores the argument: the task blocks.",
    example="GlueJobOperator(task_id='job', job_name='j', deferrable=True)",
    fix="Start the job without waiting and let a sensor in reschedule mode wait for it.",
    source=(ContractRule(21), Section("4")),
)
POKE_ONLY_SENSOR = Rule(
    code="DC307",
    slug="poke-only-sensor-beyond-limit",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A sensor that can only poke may wait longer than the service lets a task run.",
    message="the sensor pokes for up to {value} and cannot reschedule; the service stops it after 60 minutes",
    help="set timeout=3600 or less so that the limit is said, or wait in another way",
    why="Some sensors keep what they compare in memory, so that they cannot be rescheduled.",
    example="S3KeysUnchangedSensor(task_id='wait', bucket_name='b', prefix='in/', inactivity_period=7200)",
    fix="Give the sensor a timeout of at most an hour.",
    source=(ContractRule(20), Engine("airflow.sdk.bases.sensor", "poke_mode_only")),
)


def is_sensor(task: Task) -> bool:
    return any(path.endswith(_SENSOR_BASES) for path in task.operator.bases)


def is_poke_only(task: Task) -> bool:
    return not POKE_ONLY.isdisjoint({task.operator.target, *task.operator.bases})


def lower_waits(lowering: Lowering) -> None:
    lowering.map_tasks(lambda task: _lower_mode(lowering, _lower_deferrable(lowering, task)))


def _lower_deferrable(lowering: Lowering, task: Task) -> Task:
    argument = given(task, "deferrable")
    if argument is None or argument.value is not True:
        return task
    blind = _waits_anyway(task)
    if is_sensor(task) and not is_poke_only(task):
        done, advice = "written as mode: reschedule", "set mode='reschedule' instead of deferrable in the source"
    else:
        done = "dropped, the task blocks while it waits" + (", and wait_for_completion is set" if blind else "")
        advice = "where it may take more than 60 minutes, start without waiting and add a sensor in reschedule mode"
    lowering.report_argument(DEFERRABLE, task, "deferrable", done=done, advice=advice)
    task = lowering.drop_argument(DEFERRABLE, task, "deferrable")
    if blind:
        task = lowering.set_argument(DEFERRABLE, task, "wait_for_completion", True)
    if is_sensor(task) and not is_poke_only(task) and _mode(task) != "reschedule":
        task = lowering.set_argument(DEFERRABLE, task, "mode", "reschedule")
    return task


def _waits_anyway(task: Task) -> bool:
    """Whether the task waits because it defers, though wait_for_completion is not set."""
    return (
        "wait_for_completion" in task.accepts
        and not waits(task)
        and task.operator.target not in read_schema("waiting.json")["defer_only_to_wait"]
    )


def waits(task: Task) -> bool:
    """Whether the task waits for what it starts: by its argument, or by the class's default."""
    argument = task.argument("wait_for_completion")
    if argument is not None:
        return argument.value is True
    known = load_operators().find(task.operator.target)
    parameter = known.parameters.get("wait_for_completion") if known else None
    return parameter is not None and parameter.default is True


def _lower_mode(lowering: Lowering, task: Task) -> Task:
    if not is_sensor(task) or _mode(task) != "poke":
        return task
    wait = longest_poke(task)
    if wait <= LIMIT:
        return task
    if is_poke_only(task):
        if task.argument("timeout") is None:  # a timeout that is said is judged where the definition is checked
            lowering.report(POKE_ONLY_SENSOR, task.task_id, "timeout", value=shown(wait))
        return task
    lowering.report(POKE_BEYOND_LIMIT, task.task_id, "timeout", value=shown(wait))
    return lowering.set_argument(POKE_BEYOND_LIMIT, task, "mode", "reschedule")


def _mode(task: Task) -> str:
    argument = task.argument("mode")
    return argument.value if argument and isinstance(argument.value, str) else "poke"


def longest_poke(task: Task) -> float:
    """Seconds after which a poking sensor ends in Airflow: by its timeout or its execution_timeout."""
    limits = [_seconds(task, "timeout", SENSOR_TIMEOUT), _seconds(task, "execution_timeout", float("inf"))]
    return min(limits)


def _seconds(task: Task, name: str, absent: float) -> float:
    argument = task.argument(name)
    seconds = seconds_of(argument.value) if argument else None
    return absent if seconds is None else seconds
