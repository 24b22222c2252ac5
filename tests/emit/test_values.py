"""IR values as plain data: exact where dag-factory's cast gives the value back, refused by name otherwise."""

from __future__ import annotations

import datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagconv.emit.values import UnwritableError, emit_timedelta, emit_value
from dagconv.ir import value as ir
from dagconv.ir.value import (
    BytesValue,
    CallableValue,
    ContainerValue,
    DatetimeValue,
    DateValue,
    DecimalValue,
    EntryValue,
    EnumValue,
    FloatValue,
    ListValue,
    MapValue,
    ObjectValue,
    OpaqueValue,
    OutputValue,
    ParameterValue,
    ParamReference,
    PathValue,
    SetValue,
    TemplateFileValue,
    TimedeltaValue,
    TimeValue,
    TupleValue,
    XComValue,
)

WITHOUT_FORM = [
    ContainerValue("builtins.range", ListValue((0, 1))),
    TupleValue((1,)),
    SetValue((1,)),
    DateValue("2024-01-01"),
    TimeValue("10:00:00"),
    BytesValue("00"),
    DecimalValue("1.0"),
    EnumValue("a.B", "C", "c", True),
    PathValue("/a"),
    XComValue("task"),
    TemplateFileValue("a.sql", "select 1"),
    CallableValue("a", "b"),
    ParameterValue("a"),
    ObjectValue("etl.py", "", "Builder", (("a", 1),)),
    OpaqueValue("a.B"),
    DatetimeValue("2024-01-01T00:00:00+00:00", "UTC"),
    MapValue(((1.5, "a"),)),
    ParamReference("name", "a"),
    MapValue(((True, "a"),)),
    MapValue(((None, "a"),)),
]
WITH_FORM = [
    EntryValue("module.function"),
    OutputValue("module.Output", "task"),
    ListValue(()),
    MapValue(()),
    TimedeltaValue(0, 1, 0),
    FloatValue("nan"),
    DatetimeValue("2024-01-01T00:00:00"),
]


def cast(data: dict[str, object], cls: type) -> object:
    """What dag-factory does with an object form."""
    assert data["__type__"] == f"datetime.{cls.__name__}"
    return cls(**{name: item for name, item in data.items() if name != "__type__"})


@given(st.timedeltas())
def test_timedelta_comes_back(length):
    value = TimedeltaValue(length.days, length.seconds, length.microseconds)
    data = emit_timedelta(value)
    assert cast(data, datetime.timedelta) == length
    assert all(type(item) is int for name, item in data.items() if name != "__type__")


@given(st.datetimes())
def test_datetime_without_time_zone_comes_back(moment):
    assert cast(emit_value(DatetimeValue(moment.isoformat())), datetime.datetime) == moment


@pytest.mark.parametrize("value", WITHOUT_FORM, ids=repr)
def test_value_without_a_form_is_refused_with_its_path(value):
    with pytest.raises(UnwritableError) as alone:
        emit_value(value)
    assert alone.value.path in ((), ("<key>",))
    with pytest.raises(UnwritableError) as nested:
        emit_value(MapValue((("a", ListValue((0, value))),)))
    assert nested.value.path[:2] == ("a", "1")


def test_every_kind_of_value_is_emitted_or_refused():
    kinds = {kind for kind in get_args(ir.Value) if kind.__module__ == ir.__name__}
    assert kinds == {type(value) for value in (*WITHOUT_FORM, *WITH_FORM)}
    for value in WITH_FORM:
        emit_value(value)


@pytest.mark.parametrize(
    ("seconds", "unit", "count"),
    [(0, "seconds", 0), (90, "seconds", 90), (120, "minutes", 2), (7200, "hours", 2), (172_800, "days", 2)],
)
def test_length_is_said_in_its_largest_whole_unit(seconds, unit, count):
    days, rest = divmod(seconds, 86_400)
    assert emit_timedelta(TimedeltaValue(days, rest, 0)) == {"__type__": "datetime.timedelta", unit: count}
