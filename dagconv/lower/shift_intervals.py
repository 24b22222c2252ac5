"""Rewrites dates in templates of runs that cover an interval: on the service a run's logical date is its own moment.

Runs before the passes on schedules and templates, which then find neither data intervals nor removed date variables.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from dagconv.catalog.renames import DateVariable, renames
from dagconv.diagnostics import Effect, Means, Remedy, Rule, Section, Severity, Web
from dagconv.ir.change import Case
from dagconv.ir.schedule import Cron, Delta, MultipleCron, Schedule
from dagconv.ir.task import Argument, Task
from dagconv.language.cron import CronError, parse_cron
from dagconv.language.duration import to_timedelta
from dagconv.language.jinja import Reference, Template
from dagconv.language.jinja_use import Flow, flows
from dagconv.language.shift import FixedShift, Shift, day_expression, moment_expression, shift_of_cron
from dagconv.lower.lower_crons import DATA_INTERVAL
from dagconv.lower.lower_time_zones import read_offsets
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_templates

SHIFTED = Rule(
    code="DC443",
    slug="date-of-interval-rewritten",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A template uses a date of the interval that a run covers; the same is written over the run's own moment.",
    message="{key} uses {value} of the interval before the run; written as {new}",
    help="scheduled runs render the same; a run started by hand covered the last full interval, or no interval, before",
    why="The service gives a run its own moment as logical date, as Airflow 3 does for crons.",
    example="bucket_key='in/{{ ds }}.csv' in a daily DAG of Airflow 2",
    fix="bucket_key='in/{{ macros.ds_add(ds, -1) }}.csv'",
    source=(Section("5.1"), Web("https://github.com/apache/airflow/blob/2.11.0/airflow/timetables/interval.py")),
)
NOT_EXACT = Rule(
    code="DC444",
    slug="date-of-interval-without-equal",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template uses a date of the interval that a run covers, and no exact expression for it is known.",
    message="{key} uses {value} of the interval before the run, which cannot be rewritten: {reason}",
    help="rewrite the template for Airflow 3; --accept interval-shift takes the run's own moment, or the form with a T",
    why="The service gives a run its own moment as logical date; the template would show another date.",
    example="schedule_interval='0 0 31 * *' and '{{ ds }}'",
    fix="Say in the template which day is meant.",
    source=(Section("5.1"), Web("https://github.com/apache/airflow/blob/2.11.0/airflow/timetables/interval.py")),
    accept="interval-shift",
    remedy=Remedy(Means.ACCEPT),
)
RENAMED = Rule(
    code="DC445",
    slug="old-date-rewritten",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A template uses an old name of the run's date; the same moment is written under a name that is listed.",
    message="{key} uses {value}; written as {new}",
    help="no step is needed",
    why="Airflow 3 removed the name. The run covers no interval, so that the moment is the same.",
    example="{{ execution_date.strftime('%Y') }}",
    fix="{{ macros.datetime.fromisoformat(ts).strftime('%Y') }}",
    source=(Section("5"), Web("https://airflow.apache.org/docs/apache-airflow/3.0.0/release_notes.html")),
)

_MOMENT = "macros.datetime.fromisoformat(ts)"
RUN_ID = Rule(
    code="DC496",
    slug="run-id-of-interval",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A template uses the id of the run, which names the start of the interval before it.",
    message="{key} uses the run's id: it held the start of the run's interval, and is the service's own there",
    help="use it to tell runs apart only; for a date use ds or ts",
    why="Airflow 2 calls a scheduled run after its logical date, the start of its interval. The service has its own.",
    example="prefix='out/{{ run_id }}' in a daily DAG of Airflow 2",
    fix="prefix='out/{{ ts_nodash }}'",
    source=NOT_EXACT.source,
)

# What pendulum's DateTime and Python's datetime have in common and give alike, as plain values.
_COMMON = frozenset(
    {"year", "month", "day", "hour", "minute", "second", "microsecond", "strftime", "isoformat", "weekday"}
    | {"isoweekday", "timestamp", "toordinal", "ctime", "timetuple", "isocalendar", "tzname"}
)
# What pendulum has besides and gives as plain values.
_PLAIN = _COMMON | frozenset(
    {"to_date_string", "to_time_string", "to_datetime_string", "to_day_datetime_string", "to_iso8601_string"}
    | {"to_formatted_date_string", "to_atom_string", "to_cookie_string", "to_rfc822_string", "to_rfc850_string"}
    | {"to_rfc1036_string", "to_rfc1123_string", "to_rfc2822_string", "to_rfc3339_string", "to_rss_string"}
    | {"to_w3c_string", "format", "int_timestamp", "float_timestamp", "day_of_year", "week_of_year", "week_of_month"}
    | {"days_in_month", "quarter", "age", "offset", "offset_hours", "timezone_name", "diff_for_humans", "in_days"}
    | {
        "is_leap_year",
        "is_long_year",
        "is_past",
        "is_future",
        "is_utc",
        "is_dst",
        "is_local",
        "is_same_day",
        "in_words",
    }
    | {"days", "seconds", "total_seconds", "in_hours", "in_minutes", "in_seconds", "in_weeks", "in_months", "in_years"}
    | {"utctimetuple", "name"}
)
# A date or time of the day prints the same in every release, and so does what a date's methods make of it.
_PARTS = frozenset({"date", "time"})
# What both have too, but give as objects of their own kind.
_ALIKE = _COMMON | _PARTS | {"replace"}
# Airflow's filters take either kind.
_FILTERS = frozenset({"|ds", "|ds_nodash", "|ts", "|ts_nodash", "|ts_nodash_with_tz"})
_WEEKDAY = "day_of_week"
_STEPS = {"start": (1, 0), "end": (0, 0), "next": (0, 0), "previous": (2, 0), "yesterday": (1, -1), "tomorrow": (1, 1)}
_FORMS = {"ts_nodash": "%Y%m%dT%H%M%S", "ts_nodash_with_tz": "%Y%m%dT%H%M%S%z"}
_OTHERS = frozenset(
    {"prev_execution_date_success", "prev_data_interval_start_success", "prev_data_interval_end_success"}
    | {"prev_start_date_success", "task_instance_key_str"}
)
_OWNERS = frozenset({"ti", "task_instance", "dag_run"})
_DATES_OF_OWNERS = frozenset({"execution_date", "logical_date", "data_interval_start", "data_interval_end"})


@dataclass(frozen=True, slots=True)
class _Dates:
    """How dates are written for one workflow. `shift` is None where no exact one is known, and then `reason` tells."""

    shift: Shift | None
    reason: str
    interval: bool  # whether runs cover an interval at all
    engines: bool  # whether the source's dates are of the kind that the engine has
    adjacent: bool = True  # whether the interval ends where the next one begins


class _NoEqualError(Exception):
    """Its text is the reason; `accepted` what is written where the user accepts that, None for the name as it is."""

    def __init__(self, reason: str, accepted: str | None = None) -> None:
        super().__init__(reason)
        self.accepted = accepted


def shift_intervals(lowering: Lowering) -> None:
    schedule = lowering.workflow.schedule
    length = schedule.interval if isinstance(schedule, Cron | Delta | MultipleCron) else None
    interval = length is not None or (isinstance(schedule, Cron | Delta) and schedule.data_intervals)
    old = lowering.generation not in ("", "3")
    if not interval and not old:
        return
    if length is not None or not interval:
        own = to_timedelta(length) if length is not None else datetime.timedelta()
        dates = _Dates(FixedShift(own), "", interval, lowering.generation == "3", adjacent=length is None)
    else:
        dates = _Dates(*_shift_of(schedule, lowering.options.now), interval, lowering.generation == "3")
    lowering.map_tasks(lambda task: _shift_task(lowering, task, dates))
    if not interval:
        return
    if lowering.intervals_by is None or length is not None:  # the source builds the timetable itself
        lowering.report(DATA_INTERVAL, None, "schedule")
    match schedule:
        case Cron() | Delta():
            schedule = replace(schedule, data_intervals=False, interval=None)
        case MultipleCron():
            schedule = replace(schedule, interval=None)
    lowering.set_schedule(lowering.intervals_by or DATA_INTERVAL, schedule)


def _shift_of(schedule: Schedule, now: datetime.datetime) -> tuple[Shift | None, str]:
    if isinstance(schedule, Delta):
        if not schedule.is_fixed:
            return None, "the schedule has no fixed length"
        return FixedShift(to_timedelta(schedule.period)), ""
    if not isinstance(schedule, Cron):
        return None, "the schedule has no fixed length"
    offsets = read_offsets(schedule.timezone, now) if schedule.timezone != "UTC" else None
    if schedule.timezone != "UTC" and (offsets is None or len(offsets.minutes) > 1):
        return None, f"the clocks of {schedule.timezone} change"
    try:
        shift = shift_of_cron(parse_cron(schedule.expression), offsets.minutes[0] if offsets else 0)
    except CronError as error:
        return None, str(error)
    return shift, f"the intervals of {schedule.text} differ in length"


def _shift_task(lowering: Lowering, task: Task, dates: _Dates) -> Task:
    rule = SHIFTED if dates.interval else RENAMED
    return rewrite_templates(
        lowering, rule, task, lambda argument, template: _rewrite(lowering, rule, task, argument, template, dates)
    )


def _rewrite(lowering: Lowering, rule: Rule, task: Task, argument: Argument, template: Template, dates: _Dates) -> str:
    if dates.interval and any(map(_tells_run, template.references)):
        lowering.report(RUN_ID, task.task_id, argument.name)
        lowering.diverge(RUN_ID, task.task_id, argument.name, Case.SCHEDULED, "the id that the service gives")

    def replacement(reference: Reference) -> str | None:
        try:
            new = _expression(template, reference, dates)
        except _NoEqualError as error:
            accepted = NOT_EXACT.accept in lowering.options.accept
            params = {"value": reference.dotted, "reason": str(error)}
            severity = Severity.WARNING if accepted else None
            lowering.report(NOT_EXACT, task.task_id, argument.name, severity=severity, **params)
            new = error.accepted if accepted else None
            _diverge_accepted(lowering, task, argument, reference, kept=new is None)
        else:
            if new is not None and dates.interval and renames().dates[reference.name].moment != "next":
                how = "the moment of the run less one interval, in place of its own or the last full interval"
                lowering.diverge(rule, task.task_id, argument.name, Case.MANUAL, how)
        if new is not None and new != reference.name:
            lowering.report(rule, task.task_id, argument.name, value=reference.name, new=new)
        return new

    return template.replace_names(replacement)


def _diverge_accepted(lowering: Lowering, task: Task, argument: Argument, reference: Reference, *, kept: bool) -> None:
    """A name that stays shows the run's own moment, as it did in runs by hand unless it is about the interval."""
    lowering.diverge(NOT_EXACT, task.task_id, argument.name, Case.SCHEDULED, "the run's own moment")
    if not kept or reference.name.startswith("data_interval"):
        lowering.diverge(NOT_EXACT, task.task_id, argument.name, Case.MANUAL, "the run's own moment")


def _tells_run(reference: Reference) -> bool:
    return reference.name == "run_id" or (reference.name == "dag_run" and reference.path[:1] == ("run_id",))


def _expression(template: Template, reference: Reference, dates: _Dates) -> str | None:
    """The new text of a name; None where it may stay. Raises _NoEqualError."""
    if reference.name in _OTHERS or (reference.name in _OWNERS and set(reference.path[:1]) & _DATES_OF_OWNERS):
        if dates.interval:
            raise _NoEqualError("only the run before it could tell")
        return None
    variable = renames().dates.get(reference.name)
    if variable is None or (not dates.interval and reference.name not in renames().removed_variables):
        return None
    if reference.name in template.shadowed:
        raise _NoEqualError("the template sets a variable of this name itself")
    if dates.shift is None:
        raise _NoEqualError(dates.reason)
    if not dates.interval and variable.moment in ("next", "previous"):
        raise _NoEqualError("a run without an interval has no run before or after it")
    if not dates.adjacent and variable.moment in ("next", "previous"):
        raise _NoEqualError("the interval does not tell when the run before or after it is")
    written = _written(template, reference, variable, dates.shift, dates.engines)
    if written is None:
        raise _NoEqualError("it needs the interval before the last, whose length differs")
    return written


def _written(
    template: Template, reference: Reference, variable: DateVariable, shift: Shift, engines: bool
) -> str | None:
    steps, days = _STEPS[variable.moment]
    day = day_expression(shift, steps, days)
    moment = moment_expression(shift, steps, days)
    if day is None or moment is None:
        return None
    match variable.form:
        case "ds":
            return day
        case "ds_nodash":
            return "ds_nodash" if day == "ds" else f"macros.ds_format({day}, '%Y-%m-%d', '%Y%m%d')"
        case "ts":
            return "ts" if moment == _MOMENT else f"({moment}).isoformat()"
        case "date":
            base = moment_expression(shift, steps, days, base="logical_date")
            return _date_object(template, reference, moment, base, alike=engines)
        case form:
            return form if moment == _MOMENT else f"({moment}).strftime('{_FORMS[form]}')"


def _date_object(
    template: Template, reference: Reference, moment: str, engines: str | None, *, alike: bool
) -> str | None:
    """A date whose members the template uses: Python's own where that has them, else the `engines` own.

    `alike` says that the source's dates are of that kind too.
    """
    goals = flows(template, reference)
    shown = "ts" if moment == _MOMENT else f"({moment}).isoformat()"
    for flow in () if alike else goals:
        _refuse_flow(flow, engines if flow.members else shown)
    return moment if all(_is_pythons(flow) for flow in goals) else engines


def _refuse_flow(flow: Flow, accepted: str | None) -> None:
    """Raises _NoEqualError where what becomes of the date differs between releases of Airflow or cannot be told."""
    if None in flow.members:
        raise _NoEqualError("what the template asks of it cannot be told")
    if _WEEKDAY in flow.members:
        reason = "day_of_week counts from Sunday up to Airflow 2.7, from Monday since; use isoweekday()"
        raise _NoEqualError(reason, accepted)
    part = not _PARTS.isdisjoint(flow.members) and "+" not in flow.members
    if part or not _PLAIN.isdisjoint(flow.members) or flow.use in _FILTERS or flow.use in ("argument", "compared"):
        return
    reason = "printed as it is it has a T or a blank in it, depending on the release; use ts"
    raise _NoEqualError(reason, accepted)


def _is_pythons(flow: Flow) -> bool:
    """Whether Python's datetime does what the template asks; pendulum's objects are all else."""
    for member in flow.members:
        if member in _COMMON:
            return True
        if member not in _ALIKE:
            return False
    printed = flow.use == "printed" and not _PARTS.isdisjoint(flow.members)
    return printed or (flow.use in _FILTERS and not flow.members)
