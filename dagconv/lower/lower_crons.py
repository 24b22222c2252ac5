"""Brings crons to the one form that a definition reads: one expression, no data interval, a preset it knows."""

from __future__ import annotations

from dataclasses import replace

from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.schedule import Cron, MultipleCron
from dagconv.language.cron import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    WEEKDAY,
    CronError,
    CronFields,
    expand_preset,
    parse_cron,
    print_field,
)
from dagconv.lower.losses import show
from dagconv.lower.lowering import Lowering

MERGED = Rule(
    code="DC428",
    slug="crons-merged",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="Several crons are written as one that fires at the same times.",
    message="the crons {value} are written as {cron}, which fires at the same times",
    help="no step is needed",
    why="A definition has one schedule. Crons that differ in a single field can be said as one.",
    example="MultipleCronTriggerTimetable('0 6 * * *', '0 18 * * *', timezone='UTC')",
    fix="Nothing to do.",
    source=(Section("1.5"),),
)
SEVERAL = Rule(
    code="DC429",
    slug="several-crons",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Several crons that no single one equals.",
    message="no single cron fires at the times of {value}, and a definition has one schedule",
    help="make one DAG for each cron, for example in a loop over the crons",
    why="A definition has one schedule.",
    example="MultipleCronTriggerTimetable('0 6 * * *', '30 18 * * 1', timezone='UTC')",
    fix="Make a workflow for each cron.",
    source=(Section("1.5"),),
)
DATA_INTERVAL = Rule(
    code="DC430",
    slug="data-interval-lost",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="Runs of the schedule cover an interval before them; on the service their logical date is the run's own.",
    message="in the source a run's logical date is the start of the interval before it, here its own moment; dates in "
    "templates are rewritten",
    help="no step is needed: each text that was rewritten is told apart",
    why="The service runs crons as Airflow 3's CronTriggerTimetable: logical date and moment of the run are the same.",
    example="DAG('daily', schedule=CronDataIntervalTimetable('0 0 * * *', timezone='UTC'))",
    fix="Use CronTriggerTimetable, and say in the templates which day is meant.",
    source=(ContractRule(30), Section("5.1")),
)
RUN_IMMEDIATELY = Rule(
    code="DC431",
    slug="run-immediately",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The timetable says that the last missed run is started when the DAG is first seen.",
    message="run_immediately={value} is dropped: the first run is the next one of the schedule",
    help="start the first run with StartWorkflowRun if it is wanted at once",
    why="The service starts runs at the times of the schedule only.",
    example="CronTriggerTimetable('0 0 * * *', timezone='UTC', run_immediately=True)",
    fix="Nothing to do.",
    source=(Engine("airflow.timetables.trigger", "CronTriggerTimetable"), Section("1.5")),
)
PRESET = Rule(
    code="DC436",
    slug="preset-of-airflow",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A preset that Airflow knows and the service does not is written as its equal.",
    message="{value} is written as {cron}, which fires at the same times",
    help="no step is needed",
    why="The service knows @hourly, @daily, @weekly, @monthly, @yearly and @annually only.",
    example="DAG('report', schedule='@quarterly')",
    fix="Nothing to do.",
    source=(Section("1.5"),),
)


def lower_crons(lowering: Lowering) -> None:
    _merge(lowering)
    schedule = lowering.workflow.schedule
    if not isinstance(schedule, Cron):
        return
    if schedule.run_immediately not in (None, False):
        lowering.report(RUN_IMMEDIATELY, None, "schedule", value=show(schedule.run_immediately))
    schedule = replace(schedule, run_immediately=None)
    lowering.set_schedule(RUN_IMMEDIATELY, schedule)
    _lower_preset(lowering, schedule)


def _lower_preset(lowering: Lowering, schedule: Cron) -> None:
    facts = service()
    if schedule.text in facts.schedule_presets:
        return
    expression = expand_preset(schedule.expression) or schedule.expression
    same = next((name for name, cron in facts.schedule_presets.items() if cron == expression), None)
    preset = expand_preset(schedule.text) is not None
    text = same if same and preset else expression
    if preset:
        lowering.report(PRESET, None, "schedule", value=schedule.text, cron=text)
    lowering.set_schedule(PRESET, replace(schedule, text=text, expression=expression))


def _merge(lowering: Lowering) -> None:
    schedule = lowering.workflow.schedule
    if not isinstance(schedule, MultipleCron):
        return
    shown = ", ".join(schedule.expressions)
    try:
        merged = merge_crons([parse_cron(text) for text in schedule.expressions])
    except CronError:
        merged = None
    if merged is None:
        lowering.report(SEVERAL, None, "schedule", value=shown)
        return
    if len(schedule.expressions) > 1:
        lowering.report(MERGED, None, "schedule", value=shown, cron=merged)
    rest = (False, False, schedule.interval, schedule.run_immediately)
    lowering.set_schedule(MERGED, Cron(merged, merged, schedule.timezone, *rest))


def merge_crons(crons: list[CronFields]) -> str | None:
    """The cron that fires whenever one of them does, where they differ in at most one field."""
    texts = [cron.text.split(" ") for cron in crons]
    values = [(c.minutes, c.hours, c.days, c.months, c.weekdays) for c in crons]
    if any(cron.last_day or cron.nth_weekdays for cron in crons):
        return crons[0].text if len({cron.text for cron in crons}) == 1 else None
    different = [index for index in range(5) if len({sets[index] for sets in values}) > 1]
    if not different:
        return crons[0].text
    if len(different) > 1 or (any(cron.both_days for cron in crons) and different[0] in (2, 4)):
        return None
    index = different[0]
    united = frozenset[int]().union(*(sets[index] for sets in values))
    field = (MINUTE, HOUR, DAY, MONTH, WEEKDAY)[index]
    return " ".join([*texts[0][:index], print_field(field, united), *texts[0][index + 1 :]])
