"""A run's dates: what an occasion is to a schedule, by Airflow's own timetables."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dagconv.ir.rendering import Occasion, Runs
from dagconv.ir.schedule import Cron, Delta, MultipleCron, NoSchedule
from dagconv.language.duration import to_timedelta


@dataclass(frozen=True, slots=True)
class Run:
    """`logical`, `start` and `end` of its interval, and the logical dates of its neighbours, as pendulum has them;
    None where the schedule knows of none."""

    occasion: Occasion
    moment: Any
    logical: Any
    start: Any
    end: Any
    previous: Any
    next: Any
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def run_id(self) -> str:
        kind = "scheduled" if self.occasion.scheduled else "manual"
        return f"{kind}__{self.logical.isoformat()}"


def run_of(occasion: Occasion, runs: Runs) -> Run:
    """The run that this schedule starts at the occasion's moment, or that somebody starts then."""
    import pendulum

    moment, known = pendulum.instance(occasion.start), dict(runs.variables)
    timetable = _timetable(runs)
    if timetable is None:
        return Run(occasion, moment, moment, moment, moment, moment, moment, known)
    interval = timetable.infer_manual_data_interval(run_after=moment)
    own = getattr(runs.schedule, "interval", None)
    covers = getattr(runs.schedule, "data_intervals", False) or own is not None
    if occasion.scheduled:
        logical = interval.start if covers else moment
        fire = interval.end if covers and own is None else _next_fire(timetable, moment)
        following = fire - to_timedelta(own) if fire is not None and own is not None else fire
        previous = _previous(timetable, logical, runs)
    else:
        logical = previous = following = moment
    start, end = _utc(interval.start), _utc(interval.end)
    return Run(occasion, moment, _utc(logical), start, end, previous, _utc(following), known)


def _previous(timetable: Any, logical: Any, runs: Runs) -> Any:
    """Airflow 2 knew of one only where runs cover an interval; in a source of 3 the names are gone, and mean a fire."""
    known = getattr(runs.schedule, "data_intervals", False) or runs.generation == "3"
    return _utc(timetable._get_prev(logical)) if known and hasattr(timetable, "_get_prev") else None


def _next_fire(timetable: Any, moment: Any) -> Any:
    return timetable._get_next(moment + datetime.timedelta(microseconds=1)) if hasattr(timetable, "_get_next") else None


def _utc(moment: Any) -> Any:
    return None if moment is None else moment.in_timezone("UTC")


def _timetable(runs: Runs) -> Any:
    from airflow.timetables import interval, trigger

    match runs.schedule:
        case Cron(expression=expression, timezone=zone, data_intervals=True):
            return interval.CronDataIntervalTimetable(expression, zone)
        case Cron(expression=expression, timezone=zone, interval=length):
            own = to_timedelta(length) if length else datetime.timedelta()
            return trigger.CronTriggerTimetable(expression, timezone=zone, interval=own)
        case MultipleCron(expressions=expressions, timezone=zone, interval=length):
            own = to_timedelta(length) if length else datetime.timedelta()
            return trigger.MultipleCronTriggerTimetable(*expressions, timezone=zone, interval=own)
        case Delta(period=period, data_intervals=True):
            return interval.DeltaDataIntervalTimetable(to_timedelta(period))
        case Delta(period=period, interval=length):
            own = to_timedelta(length) if length else datetime.timedelta()
            return trigger.DeltaTriggerTimetable(to_timedelta(period), interval=own)
        case NoSchedule():
            return None
        case _:
            return None
