"""From the moment a schedule fires back to the start of the interval before it, as Jinja and as Python.

A shift is only made for schedules over whose every fire, across month ends and a leap day, it was found to be right.
"""

from __future__ import annotations

import datetime
import itertools
from dataclasses import dataclass
from typing import Union

from dagconv.language.cron import CronFields, next_fires

_FROM = datetime.datetime(2023, 12, 1, tzinfo=datetime.timezone.utc)
# Crons of weekdays alone repeat every week; four years hold every month end and a leap day for the others.
_WEEKLY_DAYS = 21
_MONTHLY_DAYS = 366 * 4 + 62
_MOMENT = "macros.datetime.fromisoformat(ts)"
_LAST_SAFE_DAY = 28


@dataclass(frozen=True, slots=True)
class FixedShift:
    """Every interval has this length."""

    length: datetime.timedelta

    def start(self, fire: datetime.datetime) -> datetime.datetime:
        return fire - self.length


@dataclass(frozen=True, slots=True)
class WeekdayShift:
    """The length in days depends on the weekday of the fire, Monday first."""

    days: tuple[int, ...]

    def start(self, fire: datetime.datetime) -> datetime.datetime:
        return fire - datetime.timedelta(days=self.days[fire.weekday()])


@dataclass(frozen=True, slots=True)
class HourShift:
    """The length depends on the hour of the fire: pairs of that hour and the length in hours."""

    lengths: tuple[tuple[int, int], ...]

    def start(self, fire: datetime.datetime) -> datetime.datetime:
        return fire - datetime.timedelta(hours=dict(self.lengths).get(fire.hour, 0))


@dataclass(frozen=True, slots=True)
class MonthShift:
    """The interval starts on the same day of the month before."""

    day: int

    def start(self, fire: datetime.datetime) -> datetime.datetime:
        return (fire.replace(day=1) - datetime.timedelta(days=1)).replace(day=self.day)


Shift = Union[FixedShift, WeekdayShift, HourShift, MonthShift]  # noqa: UP007


def shift_of_cron(fields: CronFields, offset_minutes: int = 0) -> Shift | None:
    """The shift of a cron in a zone of fixed offset, in UTC; None where none is exact."""
    if len(fields.months) < 12 or fields.nth_weekdays or fields.last_day:
        return None
    weekly = fields.any_day
    if not weekly and not (fields.any_weekday and len(fields.days) == len(fields.hours) == len(fields.minutes) == 1):
        return None
    days = _WEEKLY_DAYS if weekly else _MONTHLY_DAYS
    ahead, limit = datetime.timedelta(minutes=offset_minutes), _FROM + datetime.timedelta(days=days)
    fires = next_fires(fields, _FROM, days * len(fields.hours) * len(fields.minutes))
    fires = [fire - ahead for fire in fires if fire < limit]
    pairs = list(itertools.pairwise(fires))
    found = _weekly(pairs) if weekly else _monthly(pairs)
    return next((shift for shift in found if all(shift.start(fire) == start for start, fire in pairs)), None)


def _weekly(pairs: list[tuple[datetime.datetime, datetime.datetime]]) -> list[Shift]:
    start, fire = pairs[0]
    lengths = {fire.weekday(): (fire - start).days for start, fire in pairs}
    hours = {fire.hour: int((fire - start).total_seconds()) // 3600 for start, fire in pairs}
    weekdays = tuple(lengths.get(day, 0) for day in range(7))
    return [FixedShift(fire - start), WeekdayShift(weekdays), HourShift(tuple(sorted(hours.items())))]


def _monthly(pairs: list[tuple[datetime.datetime, datetime.datetime]]) -> list[Shift]:
    day = pairs[0][1].day
    return [MonthShift(day)] if day <= _LAST_SAFE_DAY else []


def moment_expression(shift: Shift, steps: int, days: int, base: str = _MOMENT) -> str | None:
    """Jinja for the moment `steps` intervals before the fire (0, 1 or 2) and `days` later; `base` is the fire."""
    match shift:
        case FixedShift(length):
            return _plus(base, datetime.timedelta(days=days) - steps * length)
        case _ if steps == 0:
            return _plus(base, datetime.timedelta(days=days))
        case WeekdayShift(table) if steps == 1:
            return f"{base} + macros.timedelta(days={_weekday_table(table, days)})"
        case HourShift(lengths) if steps == 1:
            hours = ", ".join(f"{hour}: {length - 24 * days}" for hour, length in lengths)
            # A run started by hand, at another hour, gets its own moment.
            return f"{base} - macros.timedelta(hours={{{hours}}}.get({_MOMENT}.hour, 0))"
        case MonthShift(day) if steps == 1:
            start = f"({base}.replace(day=1) - macros.timedelta(days=1)).replace(day={day})"
            return _plus(start, datetime.timedelta(days=days))
        case _:
            return None


def day_expression(shift: Shift, steps: int, days: int) -> str | None:
    """Jinja for the same moment's day as `ds` has it."""
    if isinstance(shift, FixedShift):
        whole = datetime.timedelta(days=days) - steps * shift.length
        if whole % datetime.timedelta(days=1) == datetime.timedelta(0):
            return f"macros.ds_add(ds, {whole.days})" if whole.days else "ds"
    if steps == 0:
        return f"macros.ds_add(ds, {days})" if days else "ds"
    if isinstance(shift, WeekdayShift) and steps == 1:
        return f"macros.ds_add(ds, {_weekday_table(shift.days, days)})"
    moment = moment_expression(shift, steps, days)
    return None if moment is None else f"({moment}).strftime('%Y-%m-%d')"


def _weekday_table(table: tuple[int, ...], days: int) -> str:
    return f"[{', '.join(str(days - length) for length in table)}][{_MOMENT}.weekday()]"


def _plus(base: str, change: datetime.timedelta) -> str:
    if not change:
        return base
    sign, length = ("-", -change) if change < datetime.timedelta(0) else ("+", change)
    seconds = int(length.total_seconds())
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds % size == 0:
            return f"{base} {sign} macros.timedelta({unit}={seconds // size})"
    return f"{base} {sign} macros.timedelta(seconds={seconds})"
