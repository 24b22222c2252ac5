"""How the witness shows a value of an IR: by this the proof knows a declared change in an object's attribute again."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from typing import Any

from dagconv.ir.schedule import Continuous, Cron, Delta, NoSchedule, Once, Rate, Schedule
from dagconv.ir.task import Default, Missing
from dagconv.ir.value import (
    BytesValue,
    ContainerValue,
    DatetimeValue,
    DateValue,
    DecimalValue,
    EnumValue,
    FloatValue,
    ListValue,
    MapValue,
    SetValue,
    TimedeltaValue,
    TimeValue,
    TupleValue,
    Value,
)
from dagconv.ir.workflow import Param

# The twins of the witness's own: longer texts are given by their hash.
LONG = 200


class _NoTwinError(Exception):
    """The witness shows such a value by its class and state, which an IR value does not hold."""


def evidence_of(value: Value) -> str | None:
    """The attribute's text where a constructor keeps the value as it is; None where the IR cannot tell it."""
    try:
        return shortened(json.dumps(_encode(value), sort_keys=True))
    except _NoTwinError:
        return None


def params_evidence(params: tuple[Param, ...]) -> str | None:
    """The text of a DAG's `params`."""
    try:
        rows = [[p.name, _encode_default(p.default), p.description, _encode(p.schema)] for p in params]
    except _NoTwinError:
        return None
    ordered = sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
    return shortened(json.dumps({"params": ordered}, sort_keys=True))


def timetable_evidence(schedule: Schedule) -> str | None:
    """The text of the timetable that Airflow makes of a schedule; None where the IR cannot tell it.

    EventBridge's own schedules are kept from the engine (contract 1.5), so that it sees none.
    """
    details: dict[str, object] = {}
    match schedule:
        case NoSchedule() | Rate():
            kind = "simple.NullTimetable"
        case Cron(data_intervals=True, expression=expression, timezone=zone):
            kind, details = "interval.CronDataIntervalTimetable", {"expression": expression, "timezone": _zone(zone)}
        case Cron(expression=expression, timezone=zone):
            kind, details = "trigger.CronTriggerTimetable", {"expression": expression, "timezone": _zone(zone)}
            details |= {"interval": _seconds(schedule.interval) or 0.0}
            details |= {"run_immediately": _seconds(schedule.run_immediately) or False}
        case Delta(period=period, data_intervals=True, relative=None):
            kind, details = "interval.DeltaDataIntervalTimetable", {"delta": period.total_seconds}
        case Once():
            kind = "simple.OnceTimetable"
        case Continuous():
            kind = "simple.ContinuousTimetable"
        case _:
            return None
    return json.dumps({"__type": f"airflow.timetables.{kind}", "__var": details}, sort_keys=True)


def _zone(name: str) -> object:
    """Airflow serialises a fixed offset as its seconds."""
    fixed = re.fullmatch(r"([+-])(\d{2}):(\d{2})", name)
    if fixed is None:
        return name
    seconds = (int(fixed[2]) * 60 + int(fixed[3])) * 60
    return (-seconds if fixed[1] == "-" else seconds) or "UTC"


def _seconds(value: Value) -> object:
    return value.total_seconds if isinstance(value, TimedeltaValue) else value


def shortened(text: str) -> str:
    return text if len(text) <= LONG else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def shows(text: str | None, value: Value) -> bool:
    """Whether an attribute shows this value, kept as it is or converted as Airflow's constructors do it:
    seconds to a timedelta or float, the text of an enum to its member, a date without time zone to UTC."""
    if text is None:
        return False
    plain = value.value if isinstance(value, EnumValue) and value.text else value
    if text in (evidence_of(value), evidence_of(plain)):
        return True
    if text.startswith("sha256:"):
        return False
    match json.loads(text), plain:
        case {"enum": [_, _, inner]}, str():
            return bool(inner == plain)
        case {"timedelta": [days, seconds, 0]}, int() | float() if not isinstance(plain, bool):
            return bool(days * 86_400 + seconds == plain)
        case float() as number, int() if not isinstance(plain, bool):
            return number == plain
        case {"class": str() as path, "state": {}}, str():
            return path == f"airflow.task.priority_strategy._{plain.title()}PriorityWeightStrategy"
        case {"datetime": moment}, DatetimeValue(naive):
            return bool(moment == f"{naive}+00:00")
        case _:
            return False


def _encode_default(value: Default) -> Any:
    return {"missing": True} if isinstance(value, Missing) else _encode(value)


def _encode(value: Value) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case ListValue(items):
            return [_encode(item) for item in items]
        case TupleValue(items):
            return {"tuple": [_encode(item) for item in items]}
        case SetValue(items, frozen):
            ordered = sorted((_encode(item) for item in items), key=lambda item: json.dumps(item, sort_keys=True))
            return {"frozenset" if frozen else "set": ordered}
        case MapValue(entries):
            return {"dict": [[_encode(key), _encode(item)] for key, item in entries]}
        case ContainerValue(path, plain):
            return {"container": [path, _encode(plain)]}
        case _:
            return _encode_leaf(value)


def _encode_leaf(value: Value) -> Any:
    match value:
        case FloatValue(text):
            return {"float": text}
        case TimedeltaValue(days, seconds, microseconds):
            return {"timedelta": [days, seconds, microseconds]}
        case DatetimeValue(text, fold=fold):
            moment = datetime.datetime.fromisoformat(text)
            aware = moment if moment.tzinfo is None else moment.astimezone(datetime.timezone.utc)
            return {"datetime": aware.isoformat(), "fold": 1} if fold else {"datetime": aware.isoformat()}
        case DateValue(text):
            return {"date": text}
        case TimeValue(text):
            return {"time": text}
        case BytesValue(hex=text):
            return {"bytes": text}
        case DecimalValue(text):
            return {"Decimal": text}
        case EnumValue(path, name, inner):
            return {"enum": [path, name, inner if isinstance(inner, bool | int | str) else None]}
        case _:
            raise _NoTwinError
