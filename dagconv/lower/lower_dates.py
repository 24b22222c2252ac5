"""Start and end dates: the DAG's own stay where they mean something, past starts of schedules and tasks' dates go."""

from __future__ import annotations

import datetime

from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.schedule import NoSchedule
from dagconv.ir.task import Task
from dagconv.ir.value import DatetimeValue
from dagconv.lower.lowering import Lowering

PAST_START = Rule(
    code="DC220",
    slug="dag-start-date-past",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="A scheduled DAG's start date has passed.",
    message="start_date {value} has passed; dropped, the schedule runs from the workflow's creation on",
    help="no step is needed",
    why="The service may reject a schedule whose start has passed, and never makes up for missed runs anyway.",
    example="DAG('daily', schedule='@daily', start_date=datetime(2024, 1, 1))",
    fix="Nothing to do.",
    source=(ContractRule(29), Section("1.6")),
)
CLOCK_START = Rule(
    code="DC266",
    slug="start-moves-with-the-clock",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The start date is counted from the moment of the import, and the DAG has a schedule.",
    message="start_date moves with the clock at each import, by which Airflow may never have run this schedule; "
    "dropped, so that the service runs it",
    help="look at the DAG's past runs: if there are none, say schedule=None",
    why="Airflow runs an interval that lies after the start date. A start of now() minus one interval or less moves on "
    "before any interval is over.",
    example="DAG('daily', schedule='@daily', start_date=datetime.now() - timedelta(days=1))",
    fix="DAG('daily', schedule='@daily', start_date=datetime(2024, 1, 1))",
    source=(Section("7"), Engine("airflow.timetables.interval", "_DataIntervalTimetable.next_dagrun_info")),
)
TASK_DATE = Rule(
    code="DC337",
    slug="task-date",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task has a start or end date of its own.",
    message="{key} {value} of {where} is ignored by the service; dropped, the task takes part in every run",
    help="put tasks with another time frame into a DAG of their own",
    why="The service ignores dates of tasks; Airflow leaves a task out of runs outside of its dates.",
    example="S3ListOperator(task_id='list', bucket='b', start_date=datetime(2027, 1, 1))",
    fix="Make a workflow of its own for the task.",
    source=(ContractRule(29), Section("1.4"), Section("4")),
)
TASK_DATE_PAST = Rule(
    code="DC338",
    slug="task-start-date-past",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="A task's own start date has passed.",
    message="{key} {value} of {where} has passed and no longer matters; dropped",
    help="no step is needed",
    why="Every run that the service starts is later than the date.",
    example="default_args={'start_date': datetime(2024, 1, 1)}",
    fix="Nothing to do.",
    source=(Section("1.4"), Section("4")),
)

_BEHIND = datetime.timedelta(hours=12)


def lower_dates(lowering: Lowering) -> None:
    workflow = lowering.workflow
    lowering.map_tasks(lambda task: _lower_task(lowering, task))
    start = workflow.start_date
    if start is not None and not isinstance(workflow.schedule, NoSchedule) and has_passed(lowering, start):
        rule = CLOCK_START if "start_date" in workflow.era.clock else PAST_START
        lowering.report(rule, None, _key_of_start(lowering), value=show_date(start))
        lowering.drop_date(rule, "start_date")


def has_passed(lowering: Lowering, start: DatetimeValue) -> bool:
    """One that moves with the clock has not, unless it stays well behind: a schedule never gets ahead of now()."""
    workflow, passed = lowering.workflow, lowering.options.now
    if "start_date" in workflow.era.clock and not isinstance(workflow.schedule, NoSchedule):
        passed -= _BEHIND
    return instant(start) <= passed


def _key_of_start(lowering: Lowering) -> str:
    """Where the date was said: Airflow takes a DAG's start from its default_args."""
    said = dict(lowering.workflow.argument_locations)
    return "start_date" if "start_date" in said or "default_args" not in said else "default_args"


def _lower_task(lowering: Lowering, task: Task) -> Task:
    for name in ("start_date", "end_date"):
        argument = task.argument(name)
        if argument is None or not isinstance(argument.value, DatetimeValue):
            continue
        if _is_implied(lowering, name, argument.value):
            task = task.without_argument(name)
            continue
        past = name == "start_date" and instant(argument.value) <= lowering.options.now
        rule = TASK_DATE_PAST if past else TASK_DATE
        lowering.report_argument(rule, task, name, value=show_date(argument.value))
        task = lowering.drop_argument(rule, task, name)
    return task


def _is_implied(lowering: Lowering, name: str, own: DatetimeValue) -> bool:
    """Airflow takes the later start and the earlier end of task and DAG, so that the DAG's may decide alone."""
    dag = lowering.workflow.start_date if name == "start_date" else lowering.workflow.end_date
    if dag is None:
        return False
    return instant(own) <= instant(dag) if name == "start_date" else instant(own) >= instant(dag)


def instant(date: DatetimeValue) -> datetime.datetime:
    """The moment, in UTC where nothing else is said, as Airflow takes it."""
    moment = datetime.datetime.fromisoformat(date.text)
    utc = datetime.timezone.utc
    return moment.replace(tzinfo=utc) if moment.tzinfo is None else moment.astimezone(utc)


def show_date(date: DatetimeValue) -> str:
    moment = instant(date)
    return moment.date().isoformat() if moment.time() == datetime.time.min else f"{moment:%Y-%m-%d %H:%M} UTC"
