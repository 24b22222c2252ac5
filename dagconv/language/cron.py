"""Five-field cron expressions as Airflow's croniter reads them: parsed to sets, compared, printed, and run forward.

Used by lower and check for schedules; presets come from the catalogue of the service.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dagconv.catalog.service import service

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_HORIZON = 366 * 28  # days: every combination of weekday and leap day comes up within 28 years


class CronError(ValueError):
    """The text is not a cron expression that every reader takes for the same; `str()` says why, in one line."""


@dataclass(frozen=True, slots=True)
class Field:
    """One of the five: its name and the values it may hold."""

    name: str
    low: int
    high: int
    names: tuple[tuple[str, int], ...] = ()


MINUTE = Field("minute", 0, 59)
HOUR = Field("hour", 0, 23)
DAY = Field("day of month", 1, 31)
MONTH = Field("month", 1, 12, tuple(_MONTHS.items()))
WEEKDAY = Field("day of week", 0, 7, tuple(_WEEKDAYS.items()))


@dataclass(frozen=True, slots=True)
class CronFields:
    """What an expression means. `text` is the five fields with single blanks; weekdays count from 0 = Sunday.

    `last_day` is L in the day field; `nth_weekdays` holds (weekday, n) of `5#2`, with n = -1 for `L5`.
    `any_day` and `any_weekday` tell whether a field restricts nothing, so that the other alone decides.
    """

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    last_day: bool = False
    nth_weekdays: frozenset[tuple[int, int]] = frozenset()
    any_day: bool = True
    any_weekday: bool = True

    @property
    def both_days(self) -> bool:
        """Whether day of month and day of week are both given, which the service refuses (contract 1.5)."""
        _, _, day, _, weekday = self.text.split(" ")
        return day not in ("*", "?") and weekday not in ("*", "?")

    @property
    def meaning(self) -> tuple[object, ...]:
        """Equal for two expressions that fire at the same times."""
        days = None if self.any_day else (self.days, self.last_day)
        weekdays = None if self.any_weekday else (self.weekdays, self.nth_weekdays)
        return self.minutes, self.hours, self.months, days, weekdays

    def fires_on(self, day: datetime.date) -> bool:
        if day.month not in self.months:
            return False
        if self.any_day:
            return self.any_weekday or self._weekday_matches(day)
        if self.any_weekday:
            return self._day_matches(day)
        return self._day_matches(day) or self._weekday_matches(day)

    def _day_matches(self, day: datetime.date) -> bool:
        length = calendar.monthrange(day.year, day.month)[1]
        return day.day in self.days or (self.last_day and day.day == length)

    def _weekday_matches(self, day: datetime.date) -> bool:
        weekday = day.isoweekday() % 7
        length = calendar.monthrange(day.year, day.month)[1]
        return (
            weekday in self.weekdays
            or (weekday, (day.day - 1) // 7 + 1) in self.nth_weekdays
            or ((weekday, -1) in self.nth_weekdays and day.day > length - 7)
        )


def expand_preset(text: str) -> str | None:
    """The five fields of a preset that Airflow knows (@daily, @quarterly, ...), None for any other text."""
    facts, name = service(), text.strip().lower()
    return facts.schedule_presets.get(name) or facts.airflow_presets.get(name)


def parse_cron(text: str) -> CronFields:
    """Reads five fields or a preset.

    Raises CronError, also for what readers disagree about: `5-5`, ranges that wrap with a step, W, hashes.
    """
    parts = (expand_preset(text) or text).split()
    if len(parts) != 5:
        raise CronError(f"a cron has five fields, this has {len(parts)}")
    minute, hour, day, month, weekday = parts
    last_day = False
    day_items = []
    for item in day.split(","):
        last_day = last_day or item.lower() == "l"
        if item.lower() != "l":
            day_items.append(item)
    weekday_items, nth = _split_nth(weekday)
    days = _values(DAY, ",".join(day_items)) if day_items else frozenset()
    weekdays = frozenset(n % 7 for n in _values(WEEKDAY, ",".join(weekday_items))) if weekday_items else frozenset()
    every_day = len(days) == 31 and (day in ("*", "?") or "*" in weekday)
    every_weekday = len(weekdays) == 7 and (weekday in ("*", "?") or "*" in day)
    if nth and (weekdays or day not in ("*", "?")):
        raise CronError("# and L in day of week stand alone: with other days, readers disagree about them")
    return CronFields(
        " ".join(parts),
        _values(MINUTE, minute),
        _values(HOUR, hour),
        days,
        _values(MONTH, month),
        weekdays,
        last_day,
        nth,
        every_day,
        every_weekday,
    )


def _split_nth(text: str) -> tuple[list[str], frozenset[tuple[int, int]]]:
    """The plain items of a day-of-week field, and those with # or L as (weekday, n)."""
    plain: list[str] = []
    nth: set[tuple[int, int]] = set()
    for item in text.split(","):
        numbered = re.fullmatch(r"(\w+)#([1-5])", item)
        last = re.fullmatch(r"[lL](\d|[a-zA-Z]{3})", item)
        if numbered:
            nth.add((_number(WEEKDAY, numbered[1]) % 7, int(numbered[2])))
        elif last:
            nth.add((_number(WEEKDAY, last[1]) % 7, -1))
        else:
            plain.append(item)
    return plain, frozenset(nth)


def _values(field: Field, text: str) -> frozenset[int]:
    if text == "?" and field in (DAY, WEEKDAY):
        text = "*"
    items = text.split(",")
    if "*" in items and len(items) > 1:
        raise CronError(f"{field.name}: * stands in a list ({text!r})")
    found: set[int] = set()
    for item in items:
        found.update(_item(field, item))
    return frozenset(found)


def _item(field: Field, item: str) -> Iterator[int]:
    body, slash, step_text = item.partition("/")
    if slash and not re.fullmatch(r"[1-9]\d{0,3}", step_text):
        raise CronError(f"{field.name}: the step of {item!r} is not a number above 0")
    step = int(step_text) if slash else 1
    high = 6 if field is WEEKDAY else field.high
    if body == "*":
        yield from range(field.low, high + 1, step)
        return
    start_text, dash, end_text = body.partition("-")
    start = _number(field, start_text)
    if not dash:
        if slash and field is WEEKDAY:
            raise CronError(f"{field.name}: a start with a step ({item!r}) is read in different ways; list the days")
        yield from range(start, high + 1, step) if slash else (start,)
        return
    end = _number(field, end_text)
    if start == end or (field is WEEKDAY and start % 7 == end % 7 and (start, end) != (0, 7)):
        raise CronError(f"{field.name}: a range from a value to itself ({item!r}) is read in different ways")
    if start < end:
        if field is WEEKDAY and slash and end == 7:
            raise CronError(f"{field.name}: a range up to 7 with a step ({item!r}) is read in different ways")
        yield from range(start, end + 1, step)
    elif slash or field not in (MONTH, WEEKDAY):
        raise CronError(f"{field.name}: {item!r} runs backwards")
    else:
        yield from (*range(start, high + 1), *range(field.low, end + 1))


def _number(field: Field, text: str) -> int:
    number = dict(field.names).get(text.lower())
    if number is None:
        if not re.fullmatch(r"\d{1,4}", text, re.ASCII):
            raise CronError(f"{field.name}: {text!r} is not a value")
        number = int(text)
    if not field.low <= number <= field.high:
        raise CronError(f"{field.name}: {number} is outside of {field.low}-{field.high}")
    return number


def next_fires(fields: CronFields, after: datetime.datetime, count: int) -> list[datetime.datetime]:
    """The next fire times strictly after a moment, in its own time zone's clock; fewer if there are no more."""
    found: list[datetime.datetime] = []
    times = [datetime.time(hour, minute) for hour in sorted(fields.hours) for minute in sorted(fields.minutes)]
    day = after.date()
    last = day + datetime.timedelta(days=_HORIZON)
    while day < last and len(found) < count:
        if day.month not in fields.months:
            day = (day.replace(day=1) + datetime.timedelta(days=31)).replace(day=1)
            continue
        if fields.fires_on(day):
            moments = (datetime.datetime.combine(day, time, after.tzinfo) for time in times)
            found.extend(moment for moment in moments if moment > after)
        day += datetime.timedelta(days=1)
    return found[:count]


def fires_after(schedule: str, moment: datetime.datetime, count: int = 1) -> list[datetime.datetime]:
    """When a schedule fires next; nothing for forms that are counted from their creation, and for odd ones."""
    try:
        return next_fires(parse_cron(expand_preset(schedule) or schedule), moment, count)
    except ValueError:
        return []


def print_field(field: Field, values: frozenset[int]) -> str:
    """The shortest usual way to write a set of values: `*`, `*/n`, ranges and single values."""
    high = 6 if field is WEEKDAY else field.high
    everything = range(field.low, high + 1)
    ordered = sorted(values)
    if ordered == list(everything):
        return "*"
    if len(ordered) > 2:
        step = ordered[1] - ordered[0]
        if step > 1 and ordered == list(range(ordered[0], high + 1, step)):
            return f"*/{step}" if ordered[0] == field.low else f"{ordered[0]}-{high}/{step}"
    runs: list[list[int]] = []
    for value in ordered:
        if runs and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    parts = [f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs]
    return ",".join(parts)
