"""Turns timedelta schedules into crons anchored where Airflow anchors them, or into EventBridge rates (rule 26)."""

from __future__ import annotations

import datetime

from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.schedule import Cron, Delta, Rate
from dagconv.language.cron_shift import cron_for_period
from dagconv.language.duration import shown, to_timedelta, whole_minutes
from dagconv.lower.lower_dates import instant
from dagconv.lower.lowering import Lowering

EXACT = Rule(
    code="DC424",
    slug="period-as-cron",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A timedelta schedule is written as the cron that fires at the same times.",
    message="every {value} from {anchor} on is written as the cron {cron}, which fires at the same times",
    help="no step is needed",
    why="With catchup Airflow counts a period from start_date on, so that its times are those of a cron.",
    example="DAG('poll', schedule=timedelta(hours=6), start_date=datetime(2024, 1, 1), catchup=True)",
    fix="Nothing to do.",
    source=(ContractRule(26), Engine("airflow.timetables.trigger", "DeltaTriggerTimetable")),
)
PHASE = Rule(
    code="DC425",
    slug="period-without-phase",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A timedelta schedule without catchup, whose phase Airflow leaves to chance, is written as a cron.",
    message="every {value} is written as the cron {cron}, counted from {anchor}; Airflow counts from the run before",
    help="check that these hours suit, or write the cron that you mean",
    why="Without catchup Airflow 3 counts each run from the one before, and the first from when the DAG was first "
    "seen. A definition fires at fixed times.",
    example="DAG('poll', schedule=timedelta(hours=6), start_date=datetime(2024, 1, 1))",
    fix="Say the times as a cron.",
    source=(ContractRule(26), Engine("airflow.timetables.trigger", "DeltaTriggerTimetable")),
)
RATE = Rule(
    code="DC426",
    slug="period-as-rate",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A timedelta schedule that no cron equals is written as an EventBridge rate.",
    message="every {value} has no equal cron and is written as a rate, counted from the workflow's creation",
    help="take a period that divides a day, if it may be another; whether rates work in definitions is not proven",
    why="A cron can only say periods that divide a day, and a week. Airflow's engine refuses rate(), though the "
    "service documents it, so it may or may not be taken.",
    example="DAG('poll', schedule=timedelta(minutes=7))",
    fix="Choose a period that divides a day.",
    source=(ContractRule(26), Section("1.5")),
)
NO_RATE = Rule(
    code="DC427",
    slug="period-without-equal",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A period that is no whole number of minutes, or has no fixed length.",
    message="the period {value} {reason}; a definition cannot say it",
    help="{advice}",
    why="The service's schedules have a precision of a minute, and months have different lengths.",
    example="DAG('poll', schedule=timedelta(seconds=30))",
    fix="Choose a period of whole minutes, or a cron.",
    source=(ContractRule(24), ContractRule(26), Section("1.5")),
)


def lower_periods(lowering: Lowering) -> None:
    schedule = lowering.workflow.schedule
    if not isinstance(schedule, Delta):
        return
    minutes = whole_minutes(schedule.period)
    if not schedule.is_fixed:
        reason, advice = "has no fixed length", "say the times as a cron, such as 0 0 1 * * for monthly"
        lowering.report(NO_RATE, None, "schedule", value=schedule.relative or "", reason=reason, advice=advice)
    elif minutes is None:
        reason, advice = "is no whole number of minutes", "take a whole number of minutes"
        length = shown(schedule.period.total_seconds)
        lowering.report(NO_RATE, None, "schedule", value=length, reason=reason, advice=advice)
    else:
        _lower_minutes(lowering, schedule, minutes)


def _lower_minutes(lowering: Lowering, schedule: Delta, minutes: int) -> None:
    start, catchup = lowering.workflow.start_date, lowering.workflow.setting("catchup")
    midnight = datetime.datetime.combine(lowering.options.now.date(), datetime.time.min, datetime.timezone.utc)
    anchor = instant(start) if start is not None else midnight
    cron = cron_for_period(to_timedelta(schedule.period), anchor)
    length = shown(schedule.period.total_seconds)
    if cron is None:
        lowering.report(RATE, None, "schedule", value=length)
        lowering.set_schedule(RATE, Rate(minutes))
        return
    exact = start is not None and catchup is not None and catchup.value is True
    rule = EXACT if exact else PHASE
    shown_anchor = f"{anchor:%Y-%m-%d %H:%M} UTC" if start is not None else "midnight UTC"
    lowering.report(rule, None, "schedule", value=length, cron=cron, anchor=shown_anchor)
    lowering.set_schedule(rule, Cron(cron, cron))
