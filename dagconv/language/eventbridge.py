"""EventBridge's own schedule forms, rate(...) and six-field cron(...), which a definition may use; used by check."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dagconv.language.cron import CronError

_RATE = re.compile(r"rate\(\s*(\d+)\s+(minutes?|hours?|days?)\s*\)")
_CRON = re.compile(r"cron\((.*)\)", re.DOTALL)
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of week", 1, 7, _WEEKDAYS),
    ("year", 1970, 2199, ()),
)


@dataclass(frozen=True, slots=True)
class AwsCron:
    """The six fields of cron(minute hour day month weekday year), upper case, found well-formed."""

    fields: tuple[str, str, str, str, str, str]


def is_eventbridge(text: str) -> bool:
    """Whether a schedule is meant for EventBridge: it starts like rate( or cron(."""
    return text.strip().startswith(("rate(", "cron("))


def parse_rate(text: str) -> int:
    """Minutes of `rate(n unit)`. Raises CronError; the unit is singular for 1 and plural for more."""
    found = _RATE.fullmatch(text.strip())
    if found is None:
        raise CronError("a rate is rate(N minutes|hours|days)")
    number, unit = int(found[1]), found[2]
    if number < 1:
        raise CronError("a rate is at least 1")
    if (number == 1) == unit.endswith("s"):
        raise CronError(f"a rate of {number} is written rate({number} {unit.rstrip('s')}{'' if number == 1 else 's'})")
    return number * _MINUTES[unit.rstrip("s")]


def print_rate(minutes: int) -> str:
    """`rate(...)` in the largest unit that is exact."""
    for unit in ("day", "hour", "minute"):
        number, rest = divmod(minutes, _MINUTES[unit])
        if number and not rest:
            return f"rate({number} {unit}{'' if number == 1 else 's'})"
    raise CronError("a rate is at least one minute")


def parse_aws_cron(text: str) -> AwsCron:
    """Reads cron(...) with six fields. Raises CronError: a field is malformed, or not exactly one of the two day
    fields is `?`."""
    found = _CRON.fullmatch(text.strip())
    if found is None:
        raise CronError("an EventBridge cron is cron(minute hour day month weekday year)")
    parts = found[1].upper().split()
    if len(parts) != len(_FIELDS):
        raise CronError(f"an EventBridge cron has six fields, this has {len(parts)}")
    for part, (name, low, high, names) in zip(parts, _FIELDS, strict=True):
        _check_field(part, name, low, high, names)
    if (parts[2] == "?") == (parts[4] == "?"):
        raise CronError("exactly one of day of month and day of week is ?")
    minute, hour, day, month, weekday, year = parts
    return AwsCron((minute, hour, day, month, weekday, year))


def _check_field(text: str, name: str, low: int, high: int, names: tuple[str, ...]) -> None:
    if text == "*" or (text == "?" and name.startswith("day")):
        return
    special = {"day of month": r"L(-\d{1,2})?|LW|(\d{1,2})W", "day of week": r"L|[1-7]L|(\w+)#[1-5]"}.get(name)
    if special and re.fullmatch(special, text):
        return
    for item in text.split(","):
        body, slash, step = item.partition("/")
        if slash and not re.fullmatch(r"[1-9]\d{0,3}", step):
            raise CronError(f"{name}: the step of {item!r} is not a number above 0")
        if body == "*" and slash:
            continue
        ends = [_number(end, name, low, high, names) for end in body.split("-")]
        if len(ends) > 2 or (len(ends) == 2 and ends[0] > ends[1]):
            raise CronError(f"{name}: {item!r} is no range")


def _number(text: str, name: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if text in names:
        return names.index(text) + 1
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or not low <= int(text) <= high:
        raise CronError(f"{name}: {text!r} is not a value from {low} to {high}")
    return int(text)
