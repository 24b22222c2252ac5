"""Airflow's timetable and the DAG's `schedule` argument to an IR schedule."""

from __future__ import annotations

import datetime
from typing import Any

from dagconv.ir.schedule import (
    NO_SCHEDULE,
    Assets,
    Continuous,
    Cron,
    CustomTimetable,
    Delta,
    MultipleCron,
    Once,
    Schedule,
)
from dagconv.ir.value import TimedeltaValue
from dagconv.worker.names import class_path
from dagconv.worker.read.value import read_value


def read_schedule(dag: Any, given: Any) -> Schedule:
    """`given` is the `schedule` argument of the call, for its wording; the meaning comes from the timetable."""
    from airflow.timetables import assets, base, interval, simple, trigger

    timetable = dag.timetable
    own = isinstance(given, base.Timetable)
    if not isinstance(_interval(timetable), TimedeltaValue | None):  # a relativedelta
        return CustomTimetable(class_path(type(timetable)))
    match type(timetable):
        case simple.NullTimetable:
            return NO_SCHEDULE
        case simple.OnceTimetable:
            return Once()
        case simple.ContinuousTimetable:
            return Continuous()
        case trigger.CronTriggerTimetable | interval.CronDataIntervalTimetable:
            return _read_cron(timetable, given, own)
        case trigger.DeltaTriggerTimetable | interval.DeltaDataIntervalTimetable:
            return _read_delta(timetable, own)
        case trigger.MultipleCronTriggerTimetable:
            first = timetable._timetables[0]
            return MultipleCron(
                tuple(t._expression for t in timetable._timetables),
                _zone(first._timezone),
                _interval(timetable),
                read_value(first._run_immediately),
            )
        case simple.AssetTriggeredTimetable | assets.AssetOrTimeSchedule:
            found = {asset.uri for _, asset in timetable.asset_condition.iter_assets()}
            return Assets(tuple(sorted(found)), type(timetable) is assets.AssetOrTimeSchedule)
        case cls:
            return CustomTimetable(class_path(cls))


def _interval(timetable: Any) -> Any:
    """The data interval of a trigger timetable, None if it is empty; an OpaqueValue if it has no fixed length."""
    first = getattr(timetable, "_timetables", [timetable])[0]
    interval = getattr(first, "_interval", None)
    return read_value(interval) if interval else None


def _read_cron(timetable: Any, given: Any, own: bool) -> Cron:
    from airflow.utils.dates import cron_presets

    return Cron(
        # The DAG may have been given another timetable since.
        text=given
        if type(given) is str and cron_presets.get(given, given) == timetable._expression
        else timetable._expression,
        expression=timetable._expression,
        timezone=_zone(timetable._timezone),
        data_intervals=not hasattr(timetable, "_run_immediately"),
        timetable=own,
        interval=_interval(timetable),
        run_immediately=read_value(getattr(timetable, "_run_immediately", None)),
    )


def _read_delta(timetable: Any, own: bool) -> Delta:
    period = timetable._delta
    relative = None if isinstance(period, datetime.timedelta) else repr(period)
    length = read_value(period if relative is None else _fixed_length(period))
    return Delta(
        period=length if isinstance(length, TimedeltaValue) else TimedeltaValue(0, 0, 0),
        data_intervals=not hasattr(timetable, "_interval"),
        timetable=own,
        relative=relative,
        interval=_interval(timetable),
    )


def _fixed_length(period: Any) -> datetime.timedelta | None:
    """Of a relativedelta of nothing but days and parts of a day, which Airflow adds to moments in UTC."""
    units = {unit: getattr(period, unit) for unit in ("days", "hours", "minutes", "seconds", "microseconds")}
    fixed = all(type(number) in (int, float) for number in units.values())
    length = datetime.timedelta(**units) if fixed else None
    return length if length is not None and period == type(period)(**units) else None


def _zone(zone: Any) -> str:
    return str(getattr(zone, "name", None) or getattr(zone, "key", None) or zone)
