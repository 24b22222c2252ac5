"""Crons that fire when another cron or a fixed period does: exact, or None; used where schedules are lowered."""

from __future__ import annotations

import datetime

from dagconv.language.cron import DAY, HOUR, MINUTE, WEEKDAY, CronFields, parse_cron, print_field

_DAY = 24 * 60
_SHORTEST_MONTH = 28


def shift_cron(fields: CronFields, minutes: int) -> str | None:
    """The cron that fires `minutes` later than `fields` (earlier if negative), at every single fire time.

    None when no five-field cron does: the times of day are no product of hours and minutes any more, or the day
    changes where the length of a month would matter.
    """
    if minutes == 0:
        return fields.text
    pairs = {(hour * 60 + minute) + minutes for hour in fields.hours for minute in fields.minutes}
    days = {pair // _DAY for pair in pairs}
    clock = _clock({pair % _DAY for pair in pairs})
    if clock is None:
        return None
    _, _, day, month, weekday = fields.text.split(" ")
    every = fields.any_day and fields.any_weekday and len(fields.months) == 12
    if days == {0} or every:
        return f"{clock} {day} {month} {weekday}"
    if len(days) != 1 or (not fields.any_day and not fields.any_weekday):
        return None
    moved = _move_day(fields, days.pop())
    return f"{clock} {moved}" if moved else None


def _move_day(fields: CronFields, days: int) -> str | None:
    """The three day fields, each date moved by whole days."""
    _, _, day, month, _ = fields.text.split(" ")
    if fields.any_day:
        if fields.nth_weekdays or len(fields.months) != 12:
            return None
        weekdays = frozenset((weekday + days) % 7 for weekday in fields.weekdays)
        return f"{day} {month} {print_field(WEEKDAY, weekdays)}"
    if fields.last_day:
        return None
    moved = frozenset(value + days for value in fields.days)
    if min(moved) < 1 or max(fields.days | moved) > _SHORTEST_MONTH:
        return None
    return f"{print_field(DAY, moved)} {month} *"


def _clock(times: set[int]) -> str | None:
    """The minute and hour fields of a set of minutes of the day, if the set is a product of the two."""
    hours = frozenset(time // 60 for time in times)
    minutes = frozenset(time % 60 for time in times)
    if len(hours) * len(minutes) != len(times):
        return None
    return f"{print_field(MINUTE, minutes)} {print_field(HOUR, hours)}"


def cron_for_period(period: datetime.timedelta, anchor: datetime.datetime) -> str | None:
    """The cron that fires at `anchor + n * period` for every n, and at no other time; both in UTC.

    None when there is none: the period is no whole number of minutes, the anchor has seconds, or the period
    neither divides a day nor is a day or a week.
    """
    total = period / datetime.timedelta(minutes=1)
    if total < 1 or total != int(total) or anchor.second or anchor.microsecond:
        return None
    minutes = int(total)
    start = anchor.hour * 60 + anchor.minute
    if minutes == 7 * _DAY:
        return f"{anchor.minute} {anchor.hour} * * {anchor.isoweekday() % 7}"
    if _DAY % minutes:
        return None
    clock = _clock({(start + step) % _DAY for step in range(0, _DAY, minutes)})
    return f"{clock} * * *" if clock else None


def same_times(left: str, right: str) -> bool:
    """Whether two crons fire at the same times. Raises CronError."""
    return parse_cron(left).meaning == parse_cron(right).meaning
