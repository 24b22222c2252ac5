"""Gives the workflow the meaning of the Airflow that its source was written for: schedule, catchup, data intervals.

First of the passes that read schedules: what older releases took for granted is explicit after it.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

from dagconv.catalog.renames import renames
from dagconv.diagnostics import Effect, Rule, Section, Severity, Web
from dagconv.ir.rendering import Runs
from dagconv.ir.schedule import Cron, Delta, NoSchedule, Schedule
from dagconv.ir.task import MISSING, Argument, Origin, Task
from dagconv.ir.value import TimedeltaValue
from dagconv.language.jinja import JinjaError, parse_template
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import templates_of, texts_of

UNTOLD = "untold"  # the worker looked, and nothing in the file tells
OLD = ("1.10", "2")
_RELEASE_NOTES = (
    Web("https://airflow.apache.org/docs/apache-airflow/3.0.0/release_notes.html"),
    Section("5.1"),
    Section("7"),
)

IMPLICIT_SCHEDULE = Rule(
    code="DC241",
    slug="implicit-daily-schedule",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A DAG of Airflow 1.10 or 2 gives no schedule, which meant daily.",
    message="no schedule is given, which in Airflow {generation} means once a day; made explicit",
    help="give schedule=None in the source if the DAG is started by hand only",
    why="Up to Airflow 2 a DAG without a schedule ran once a day; in Airflow 3 it runs on demand.",
    example="DAG('etl', start_date=datetime(2024, 1, 1))",
    fix="DAG('etl', schedule='@daily', start_date=datetime(2024, 1, 1))",
    source=_RELEASE_NOTES,
)
IMPLICIT_CATCHUP = Rule(
    code="DC242",
    slug="implicit-catchup",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A DAG of Airflow 1.10 or 2 leaves catchup out, which meant True.",
    message="catchup is left out, which in Airflow {generation} means True; made explicit",
    help="give catchup=False in the source if missed runs are not to be made up for",
    why="Up to Airflow 2 catchup was on unless a DAG or the configuration switched it off.",
    example="DAG('etl', schedule='@daily', start_date=datetime(2024, 1, 1))",
    fix="DAG('etl', schedule='@daily', start_date=datetime(2024, 1, 1), catchup=False)",
    source=_RELEASE_NOTES,
)
INTERVALS = Rule(
    code="DC243",
    slug="runs-cover-an-interval",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="Runs of a DAG of Airflow 1.10 or 2 cover the interval before them.",
    message="in Airflow {generation} a run of {schedule} has the start of the interval before it as its logical date",
    help="no step is needed: dates in templates are rewritten below, or refused",
    why="Airflow 3 takes a cron's fire time as the logical date, as the service does.",
    example="DAG('etl', schedule_interval='@daily')",
    fix="Nothing to do.",
    source=_RELEASE_NOTES,
)
UNTOLD_SCHEDULE = Rule(
    code="DC244",
    slug="generation-decides-schedule",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A DAG gives no schedule, and it is not certain for which Airflow it was written.",
    message="no schedule is given: once a day in Airflow 1.10 and 2, by hand only in 3; {told}",
    help="say which Airflow the DAGs come from: --source-airflow 2 or 3, or source-airflow in the settings",
    why="Up to Airflow 2 a DAG without a schedule ran once a day; in Airflow 3 it runs on demand.",
    example="from airflow import DAG\nDAG('etl')",
    fix="DAG('etl', schedule=None)",
    source=_RELEASE_NOTES,
)
UNTOLD_CATCHUP = Rule(
    code="DC245",
    slug="generation-decides-catchup",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A DAG leaves catchup out, and it is not certain for which Airflow it was written.",
    message="catchup is left out, which is True in Airflow 1.10 and 2 and False in 3; {told}; the service never "
    "catches up",
    help="if it comes from Airflow 2 or before, where missed runs were made up for, say --source-airflow 2",
    why="Up to Airflow 2 catchup was on by default; the service never makes up for missed runs.",
    example="from airflow import DAG\nDAG('etl', schedule='@daily', start_date=datetime(2024, 1, 1))",
    fix="DAG('etl', schedule='@daily', start_date=datetime(2024, 1, 1), catchup=False)",
    source=_RELEASE_NOTES,
)
UNTOLD_DATE = Rule(
    code="DC442",
    slug="generation-decides-date",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template uses a date of the run, and it is not certain for which Airflow it was written.",
    message="{key} uses {names}: the interval before the run in Airflow 1.10 and 2, the run's own moment in 3; {told}",
    help="say which Airflow the DAGs come from: --source-airflow 2 or 3, or source-airflow in the settings",
    why="Up to Airflow 2 a scheduled run's logical date was the start of the interval before it: ds of the run that "
    "a daily schedule starts today was yesterday.",
    example="from airflow import DAG\n# schedule='@daily' and bucket_key='in/{{ ds }}.csv'",
    fix="Say --source-airflow 2 or 3.",
    source=_RELEASE_NOTES,
)


TOLD_BY_TEMPLATE = Rule(
    code="DC248",
    slug="generation-told-by-template",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A template uses a variable that Airflow 3 does not have, so that the DAG was written for an older one.",
    message="taken as source of Airflow 2: templates of task {task} use {name}, which Airflow 3 does not have",
    help="say --source-airflow 1.10 or 3 if that is wrong",
    why="Schedules, catchup and the dates in templates meant something else before Airflow 3.",
    example="bucket_key='in/{{ execution_date.year }}'",
    fix="Nothing to do.",
    source=_RELEASE_NOTES,
)


def settle_generation(lowering: Lowering) -> None:
    lowering.generation = generation = _generation(lowering)
    if generation in OLD:
        _settle_schedule(lowering, generation)
        _settle_catchup(lowering, generation)
        _settle_intervals(lowering, generation)
    elif generation == UNTOLD:
        _refuse_what_depends(lowering, told(lowering))
    lowering.runs = Runs(generation if generation in OLD else "3", lowering.workflow.schedule)


def _generation(lowering: Lowering) -> str:
    """What the user said, what all DAGs of the root tell, what this file does, or its templates: removed variables
    fail in 3. UNTOLD where these say nothing or contradict one another."""
    own, root = lowering.workflow.era.generation, lowering.options.root
    if lowering.options.source_airflow or not own:  # said, or nobody has looked
        return lowering.options.source_airflow or own
    if root.contradiction or (root.generation == "3" and own in OLD):
        return UNTOLD
    if root.generation or own != UNTOLD:
        return root.generation or own
    for task in lowering.workflow.tasks:
        names = _removed_dates(task)
        if names:
            lowering.report(TOLD_BY_TEMPLATE, task.task_id, task=task.task_id, name=min(names))
            return "2"
    return UNTOLD


def told(lowering: Lowering) -> str:
    """What stands against a certain answer."""
    root, era = lowering.options.root, lowering.workflow.era
    if root.contradiction:
        return f"{root.reason}, but {root.contradiction}"
    if root.generation:
        return f"Airflow {root.generation} by {root.reason}, but Airflow {era.generation} by {era.reason}"
    return "nothing tells which"


def _removed_dates(task: Task) -> set[str]:
    """Removed date variables that templates read; other removed names may be the DAG's own macros."""
    table = renames()
    names: set[str] = set()
    for _, text in texts_of(task):
        with contextlib.suppress(JinjaError):  # the check of the definition says what is wrong
            names |= parse_template(text).names & table.removed_variables & table.dates.keys()
    return names


def _is_given(lowering: Lowering, name: str) -> bool:
    return name in lowering.workflow.era.given


def _settle_schedule(lowering: Lowering, generation: str) -> None:
    if isinstance(lowering.workflow.schedule, NoSchedule) and not _is_given(lowering, "schedule"):
        lowering.report(IMPLICIT_SCHEDULE, None, "schedule", generation=generation)
        lowering.set_schedule(IMPLICIT_SCHEDULE, Delta(TimedeltaValue(1, 0, 0)))


def _settle_catchup(lowering: Lowering, generation: str) -> None:
    if not _is_scheduled(lowering.workflow.schedule) or _is_given(lowering, "catchup"):
        return
    if lowering.workflow.setting("catchup") is None:
        lowering.report(IMPLICIT_CATCHUP, None, "catchup", generation=generation)
        lowering.declare(IMPLICIT_CATCHUP, None, "catchup", MISSING, True)
        catchup = Argument("catchup", True, Origin.LOWERED, False)
        lowering.workflow = replace(lowering.workflow, settings=(*lowering.workflow.settings, catchup))


def _settle_intervals(lowering: Lowering, generation: str) -> None:
    schedule = lowering.workflow.schedule
    if isinstance(schedule, Cron | Delta) and not schedule.timetable and not schedule.data_intervals:
        shown = schedule.text if isinstance(schedule, Cron) else "a timedelta"
        lowering.report(INTERVALS, None, "schedule", generation=generation, schedule=shown)
        lowering.set_schedule(INTERVALS, replace(schedule, data_intervals=True))
        lowering.intervals_by = INTERVALS


def _is_scheduled(schedule: Schedule) -> bool:
    return isinstance(schedule, Cron | Delta)


def _refuse_what_depends(lowering: Lowering, against: str) -> None:
    """Names each line whose meaning depends on the generation; a DAG without one is the same in all."""
    schedule = lowering.workflow.schedule
    if isinstance(schedule, NoSchedule) and not _is_given(lowering, "schedule"):
        lowering.report(UNTOLD_SCHEDULE, None, "schedule", told=against)
    if not _is_scheduled(schedule):
        return
    if lowering.workflow.start_date is not None and not _is_given(lowering, "catchup"):
        lowering.report(UNTOLD_CATCHUP, None, "catchup", told=against)
    if not getattr(schedule, "timetable", False):
        dates = frozenset(renames().dates)
        for task in lowering.tasks:
            for argument in task.arguments:
                one = replace(task, arguments=(argument,))
                names = sorted(templates_of(one, dates))
                if names:
                    lowering.report(UNTOLD_DATE, task.task_id, argument.name, names=", ".join(names), told=against)
