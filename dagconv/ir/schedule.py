"""When a workflow runs, as the source says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from dagconv.ir.value import TimedeltaValue, Value


@dataclass(frozen=True, slots=True)
class NoSchedule:
    """On demand only."""


NO_SCHEDULE = NoSchedule()


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression, `text` as written (it may be a preset such as @daily).

    `expression` is the five fields that Airflow understood; `timezone` an IANA name. `data_intervals` tells
    CronDataIntervalTimetable (a run covers the interval before it) from CronTriggerTimetable; `timetable`
    whether the source built the timetable itself; `interval` is a trigger timetable's data interval if not 0.
    """

    text: str
    expression: str
    timezone: str = "UTC"
    data_intervals: bool = False
    timetable: bool = False
    interval: TimedeltaValue | None = None
    run_immediately: Value = None


@dataclass(frozen=True, slots=True)
class Delta:
    """A period. `relative` holds the repr of a relativedelta, whose `period` is 0 where it has no fixed length."""

    period: TimedeltaValue
    data_intervals: bool = False
    timetable: bool = False
    relative: str | None = None
    interval: TimedeltaValue | None = None

    @property
    def is_fixed(self) -> bool:
        return self.relative is None or self.period != TimedeltaValue(0, 0, 0)


@dataclass(frozen=True, slots=True)
class MultipleCron:
    """MultipleCronTriggerTimetable: fires whenever one of the expressions does."""

    expressions: tuple[str, ...]
    timezone: str = "UTC"
    interval: TimedeltaValue | None = None
    run_immediately: Value = None


@dataclass(frozen=True, slots=True)
class Rate:
    """EventBridge's `rate(n unit)`, in whole minutes; only lowering makes it."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Once:
    """@once."""


@dataclass(frozen=True, slots=True)
class Continuous:
    """@continuous."""


@dataclass(frozen=True, slots=True)
class Assets:
    """Runs when assets (datasets) are updated; `uris` in sorted order, `with_time` if a timetable is joined."""

    uris: tuple[str, ...]
    with_time: bool = False


@dataclass(frozen=True, slots=True)
class CustomTimetable:
    """Any other timetable class."""

    path: str


Schedule = Union[  # noqa: UP007  # a runtime union for 3.10's get_type_hints in the codec
    NoSchedule, Cron, Delta, MultipleCron, Rate, Once, Continuous, Assets, CustomTimetable
]
