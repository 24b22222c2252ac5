"""When a workflow runs, in words and as its next runs; for the assessment's page."""

from __future__ import annotations

import datetime
import zoneinfo
from dataclasses import dataclass

from dagconv.ir.schedule import (
    Assets,
    Continuous,
    Cron,
    CustomTimetable,
    Delta,
    MultipleCron,
    NoSchedule,
    Once,
    Rate,
    Schedule,
)
from dagconv.ir.value import DatetimeValue, TimedeltaValue
from dagconv.language.cron import CronError, CronFields, next_fires, parse_cron

_SHOWN = 3
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True, slots=True)
class Timing:
    """`runs` are the next fire times in UTC (ISO 8601), none for a schedule that no clock tells; `weekly` is how many
    there are within the next seven days, None where that is not known."""

    words: str
    runs: tuple[str, ...] = ()
    weekly: int | None = None

    @property
    def scheduled(self) -> bool:
        return self.words != _ON_DEMAND


_ON_DEMAND = "on demand"


def timing_of(schedule: Schedule, start: DatetimeValue | None, now: datetime.datetime) -> Timing:
    """Of a schedule whose first day is `start`; `now` is timezone-aware."""
    match schedule:
        case NoSchedule():
            return Timing(_ON_DEMAND, weekly=0)
        case Cron():
            return _of_crons((schedule.expression,), schedule.timezone, _begin(start, now), schedule.data_intervals)
        case MultipleCron():
            return _of_crons(schedule.expressions, schedule.timezone, _begin(start, now), False)
        case Delta(relative=str(relative)):
            return Timing(f"every {relative}, counted from the start date")
        case Delta():
            return Timing(f"every {_period(schedule.period)}, counted from the start date")
        case Rate():
            period = TimedeltaValue(schedule.minutes // 1440, schedule.minutes % 1440 * 60, 0)
            return Timing(f"every {_period(period)}, counted from the workflow's creation")
        case Once():
            return Timing("once")
        case Continuous():
            return Timing("again as soon as a run has ended")
        case Assets():
            return Timing(f"when {', '.join(schedule.uris)} is updated" + (" or by time" if schedule.with_time else ""))
        case CustomTimetable():
            return Timing(f"by the timetable {schedule.path}")


def _begin(start: DatetimeValue | None, now: datetime.datetime) -> tuple[datetime.datetime, bool]:
    """From when on runs count, and whether that is a start date still to come."""
    first = _moment(start)
    return (first, True) if first is not None and first > now else (now, False)


def _moment(value: DatetimeValue | None) -> datetime.datetime | None:
    if value is None:
        return None
    moment = datetime.datetime.fromisoformat(value.text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)


def _of_crons(
    expressions: tuple[str, ...], zone: str, begin: tuple[datetime.datetime, bool], intervals: bool
) -> Timing:
    words = "; ".join(_cron_words(expression) for expression in expressions)
    words = words if _is_utc(zone) else f"{words} ({zone})"
    try:
        fields = [parse_cron(expression) for expression in expressions]
        clock = zoneinfo.ZoneInfo(zone)
    except (CronError, zoneinfo.ZoneInfoNotFoundError, ValueError):
        return Timing(words)
    (after, to_come) = begin
    week = after + datetime.timedelta(days=7)
    inclusive = after - datetime.timedelta(microseconds=1) if to_come else after
    skipped = 1 if to_come and intervals else 0  # the first interval ends with its first run
    local = inclusive.astimezone(clock)
    fires = sorted({fire for one in fields for fire in next_fires(one, local, _in_a_week(one) + skipped)[skipped:]})
    return Timing(
        f"{words}{'' if not _is_utc(zone) else ' UTC'}",
        tuple(_text(fire) for fire in fires[:_SHOWN]),
        sum(1 for fire in fires if fire <= week),
    )


def _in_a_week(fields: CronFields) -> int:
    """At least as many fires as a week can have."""
    return max(8 * len(fields.hours) * len(fields.minutes), _SHOWN)


def _is_utc(zone: str) -> bool:
    return zone in ("UTC", "Etc/UTC")


def _text(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%MZ")


def _cron_words(expression: str) -> str:
    from cron_descriptor import FormatError, Options, get_description

    options = Options()
    options.use_24hour_time_format = True
    try:
        words = str(get_description(expression, options))
    except FormatError:
        return expression
    return words[:1].lower() + words[1:]


def _period(value: TimedeltaValue) -> str:
    seconds = value.days * 86_400 + value.seconds
    parts: list[str] = []
    for size, noun in _UNITS:
        many, seconds = divmod(seconds, size)
        if many:
            parts.append(f"{many} {noun}s" if many > 1 else noun if not parts and not seconds else f"1 {noun}")
    return " ".join(parts) or "0 seconds"
