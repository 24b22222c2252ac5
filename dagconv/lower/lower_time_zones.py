"""Turns crons of a time zone into UTC, which the service reads; where clocks change, the user decides (rule 27)."""

from __future__ import annotations

import datetime
import functools
import re
import zoneinfo
from dataclasses import dataclass, replace

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.schedule import Cron
from dagconv.language.cron import CronError, CronFields, parse_cron
from dagconv.language.cron_shift import same_times, shift_cron
from dagconv.lower.lowering import Lowering

YEARS = 4  # how far ahead a zone's offsets count: rules change, and a definition is converted again before

SHIFTED = Rule(
    code="DC432",
    slug="cron-shifted-to-utc",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A cron of a time zone is written in UTC and fires at the same moments.",
    message="the cron {value} of {zone} is written as {cron} in UTC and fires at the same moments",
    help="no step is needed",
    why="The service reads crons in UTC. This zone keeps one offset, at least on the days of the cron, or "
    "the cron does not depend on it.",
    example="DAG('daily', schedule='0 9 * * *', start_date=pendulum.datetime(2024, 1, 1, tz='Asia/Tokyo'))",
    fix="Nothing to do.",
    source=(ContractRule(27), Section("1.5")),
)
CHOSEN = Rule(
    code="DC433",
    slug="cron-fixed-to-one-offset",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A cron of a zone whose clocks change is written with the offset that the user chose.",
    message="the cron {value} of {zone} is written as {cron} in UTC: right in {season} time, an hour off otherwise",
    help="change the workflow when the clocks do: {changes}",
    why="The service reads crons in UTC, which has no summer time.",
    example="dagconv convert --dst winter dag.py",
    fix="Update the schedule twice a year, or let EventBridge Scheduler, which knows time zones, start the runs.",
    source=(ContractRule(27), Section("1.5")),
)
CLOCKS_CHANGE = Rule(
    code="DC434",
    slug="cron-in-a-zone-with-summer-time",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A cron of a zone whose clocks change has no equal in UTC.",
    message="the cron {value} of {zone} is {winter} UTC in winter and {summer} UTC in summer ({changes})",
    help="choose one with --dst winter or --dst summer, or schedule in UTC in the source; EventBridge Scheduler, "
    "which knows time zones, can start an unscheduled workflow at the local time",
    why="The service reads crons in UTC, which has no summer time. Either cron is an hour off for part of the year.",
    example="DAG('daily', schedule='0 9 * * *', start_date=pendulum.datetime(2024, 1, 1, tz='Europe/Berlin'))",
    fix="Choose an offset, or start the runs from EventBridge Scheduler.",
    source=(ContractRule(27), Section("1.5")),
)
NO_SHIFT = Rule(
    code="DC435",
    slug="cron-without-equal-in-utc",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A cron of a time zone has no equal in UTC.",
    message="the cron {value} of {zone} has no equal in UTC: {reason}",
    help="choose times whose date in UTC is the same, or start the runs from EventBridge Scheduler in {zone}",
    why="In UTC the day may be another one; where that crosses the end of a month no cron says it.",
    example="DAG('monthly', schedule='0 3 1 * *', start_date=pendulum.datetime(2024, 1, 1, tz='Asia/Tokyo'))",
    fix="Choose another time of day, or schedule from outside.",
    source=(ContractRule(27), Section("1.5")),
)


def lower_time_zones(lowering: Lowering) -> None:
    schedule = lowering.workflow.schedule
    if not isinstance(schedule, Cron) or schedule.timezone == "UTC":
        return
    told = {"value": schedule.text, "zone": schedule.timezone}
    try:
        fields = parse_cron(schedule.expression)
    except CronError as error:
        lowering.report(NO_SHIFT, None, "schedule", **told, reason=str(error))
        return
    offsets = read_offsets(schedule.timezone, lowering.options.now, fields)
    if offsets is None:
        lowering.report(NO_SHIFT, None, "schedule", **told, reason="the zone's offsets are not known or irregular")
        return
    crons = [shift_cron(fields, -minutes) for minutes in offsets.minutes]
    found = [cron for cron in crons if cron is not None]
    if len(found) < len(crons):
        reason = "its times fall on several days there, or on days that depend on the length of a month"
        lowering.report(NO_SHIFT, None, "schedule", **told, reason=reason)
    elif all(same_times(cron, found[0]) for cron in found):
        unchanged = same_times(found[0], schedule.expression)
        _set(lowering, SHIFTED, schedule, schedule.text if unchanged else found[0], told)
    else:
        _choose(lowering, schedule, found, offsets, told)


def _choose(lowering: Lowering, schedule: Cron, crons: list[str], offsets: Offsets, told: dict[str, str]) -> None:
    winter, summer = crons
    seasons = {"winter": winter, "summer": summer}
    changes = " and ".join(day.isoformat() for day in offsets.changes[:2])
    chosen = seasons.get(lowering.options.dst)
    if chosen is None:
        lowering.report(CLOCKS_CHANGE, None, "schedule", **told, **seasons, changes=f"clocks change on {changes}")
    else:
        _set(lowering, CHOSEN, schedule, chosen, {**told, "season": lowering.options.dst, "changes": changes})


def _set(lowering: Lowering, rule: Rule, schedule: Cron, cron: str, told: dict[str, str]) -> None:
    lowering.report(rule, None, "schedule", **told, cron=cron)
    expression = schedule.expression if cron == schedule.text else cron
    lowering.set_schedule(rule, replace(schedule, text=cron, expression=expression, timezone="UTC"))


@dataclass(frozen=True, slots=True)
class Offsets:
    """A zone's offsets from UTC in minutes, smallest first (that is winter's), and the days when they change."""

    minutes: tuple[int, ...]
    changes: tuple[datetime.date, ...]


@functools.lru_cache(64)
def read_offsets(zone: str, now: datetime.datetime, fields: CronFields | None = None) -> Offsets | None:
    """The offsets of the next years, the one alone that all days of a cron have where there is one; None for an unknown
    zone, for more than two, or one of part of a minute."""
    fixed = re.fullmatch(r"([+-])(\d{2}):(\d{2})", zone)
    if fixed:
        sign = -1 if fixed[1] == "-" else 1
        return Offsets((sign * (int(fixed[2]) * 60 + int(fixed[3])),), ())
    try:
        rules = zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None
    found: list[int] = []
    used: set[int] = set()
    changes: list[datetime.date] = []
    for day in range(366 * YEARS):
        # The end of the day, so that a change during it shows on its own date.
        date = now.date() + datetime.timedelta(days=day)
        first, (minutes, rest) = (_offset(date, time, rules) for time in (datetime.time.min, datetime.time(23, 59)))
        if rest:
            return None
        if fields is not None and fields.fires_on(date):
            used |= {first[0], minutes}
        if found and minutes != found[-1]:
            changes.append(date)
        found.append(minutes)
    offsets = tuple(sorted(used if len(used) == 1 else set(found)))
    return Offsets(offsets, tuple(changes)) if len(offsets) <= 2 else None


def _offset(date: datetime.date, time: datetime.time, rules: zoneinfo.ZoneInfo) -> tuple[int, int]:
    """Minutes from UTC, and the seconds that are left."""
    length = datetime.datetime.combine(date, time, rules).utcoffset() or datetime.timedelta()
    return divmod(int(length.total_seconds()), 60)
