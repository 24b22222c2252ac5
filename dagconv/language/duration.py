"""Lengths of time: between seconds, timedelta's keywords, and words for messages; used by lower, check and emit."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence

from dagconv.ir.task import Default
from dagconv.ir.value import FloatValue, TimedeltaValue

# The positional order of datetime.timedelta.
KEYWORDS = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
_RELATIVE = re.compile(r"(\d+)\s+(days?|hours?|minutes?|seconds?)")


def from_timedelta(delta: datetime.timedelta) -> TimedeltaValue:
    return TimedeltaValue(delta.days, delta.seconds, delta.microseconds)


def to_timedelta(value: TimedeltaValue) -> datetime.timedelta:
    return datetime.timedelta(value.days, value.seconds, value.microseconds)


def from_keywords(keywords: Mapping[str, float], positional: Sequence[float] = ()) -> TimedeltaValue:
    """What `datetime.timedelta(*positional, **keywords)` is. Raises ValueError where that raises."""
    unknown = keywords.keys() - set(KEYWORDS)
    if unknown:
        raise ValueError(f"timedelta has no argument {sorted(unknown)[0]!r}")
    if len(positional) > len(KEYWORDS):
        raise ValueError(f"timedelta takes at most {len(KEYWORDS)} arguments")
    given = dict(zip(KEYWORDS, positional, strict=False))
    twice = given.keys() & keywords.keys()
    if twice:
        raise ValueError(f"timedelta got {sorted(twice)[0]!r} twice")
    for name, number in {**given, **keywords}.items():
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise ValueError(f"timedelta's {name} is not a number")
    try:
        return from_timedelta(datetime.timedelta(**{**given, **keywords}))
    except (OverflowError, TypeError) as error:
        raise ValueError(f"no such timedelta: {error}") from error


def to_keywords(value: TimedeltaValue) -> dict[str, int]:
    """The keywords that a person would write: one unit where one is exact, else seconds and microseconds."""
    total = value.days * 86400 + value.seconds
    if value.microseconds:
        return {"seconds": total, "microseconds": value.microseconds} if total else {"microseconds": value.microseconds}
    for unit, length in _UNITS:
        if total and total % length == 0:
            return {f"{unit}s": total // length}
    return {"seconds": 0}


def seconds_of(value: Default) -> float | None:
    """Seconds of a timedelta or of a number as Airflow takes it; None for anything else, bool included."""
    match value:
        case TimedeltaValue():
            return value.total_seconds
        case bool() | FloatValue():
            return None
        case int() | float():
            return float(value)
        case _:
            return None


def whole_minutes(value: TimedeltaValue) -> int | None:
    """The number of minutes if it is whole and above 0."""
    total = value.days * 86400 + value.seconds
    return total // 60 if total > 0 and total % 60 == 0 and not value.microseconds else None


def shown(seconds: float) -> str:
    """Words of a message: `90 s` is "1 minute 30 seconds"; at most the two largest units, otherwise in seconds."""
    if seconds != int(seconds) or seconds < 1:
        return f"{seconds:g} seconds"
    parts, rest = [], int(seconds)
    for unit, length in _UNITS:
        number, rest = divmod(rest, length)
        if number:
            parts.append(f"{number} {unit}{'' if number == 1 else 's'}")
    return " ".join(parts) if len(parts) <= 2 else f"{int(seconds)} seconds"


def parse_relative(text: str) -> TimedeltaValue | None:
    """`N days|hours|minutes|seconds`, which dag-factory reads in start_date as so long before today."""
    found = _RELATIVE.fullmatch(text.strip())
    if found is None:
        return None
    return from_keywords({f"{found[2].rstrip('s')}s": int(found[1])})
