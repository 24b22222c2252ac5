"""Values: what YAML carries stays exact, a few become plain data with a finding, the rest is refused by name."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dagconv.emit.values import emit_value
from dagconv.emit.writer import write_yaml
from dagconv.ir import codec
from dagconv.ir.value import (
    BytesValue,
    CallableValue,
    DatetimeValue,
    DateValue,
    DecimalValue,
    EnumValue,
    FloatValue,
    ListValue,
    MapValue,
    OpaqueValue,
    PathValue,
    SetValue,
    TimedeltaValue,
    TimeValue,
    TupleValue,
)
from dagconv.lower.lower_values import lower_values
from dagconv.lower.refuse_code import refuse_code


def lowered(ir, value):
    lowering = ir.run(lower_values, ir.workflow(ir.task("a", args={"x": value})))
    return lowering.workflow.tasks[0].argument("x").value, [d.code for d in lowering.diagnostics], lowering.changes


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (TupleValue(("a", 1)), ListValue(("a", 1)), "DC404"),
        (SetValue(("b", "a")), ListValue(("a", "b")), "DC405"),
        (SetValue(("b",), frozen=True), ListValue(("b",)), "DC405"),
        (EnumValue("m.E", "A", "a", text=True), "a", "DC406"),
        (ListValue((EnumValue("m.E", "A", "a", text=True),)), ListValue(("a",)), "DC406"),
        (PathValue("/tmp/x"), "/tmp/x", "DC407"),
        (MapValue((("k", TupleValue(())),)), MapValue((("k", ListValue(())),)), "DC404"),
    ],
)
def test_a_value_with_a_plain_equal_is_changed_and_declared(ir, before, after, code):
    value, codes, changes = lowered(ir, before)
    assert codec.same(value, after)
    assert codes == [code]
    assert [(c.code, c.before, c.after) for c in changes] == [(code, before, after)]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        1.5,
        "x",
        FloatValue("nan"),
        TimedeltaValue(0, 1, 0),
        DatetimeValue("2024-01-01T12:00:00"),
        ListValue(()),
    ],
)
def test_a_value_that_yaml_carries_stays(ir, value):
    found, codes, changes = lowered(ir, value)
    assert codec.same(found, value)
    assert (codes, changes) == ([], [])


def test_a_trigger_rule_is_its_text_without_a_word(ir):
    rule = EnumValue("airflow.TriggerRule", "ALL_DONE", "all_done", text=True)
    lowering = ir.run(lower_values, ir.workflow(ir.task("a", args={"trigger_rule": rule})))
    assert lowering.workflow.tasks[0].argument("trigger_rule").value == "all_done"
    assert (lowering.diagnostics, lowering.changes) == ([], [])


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (CallableValue("m", "f"), "DC400"),
        (OpaqueValue("m.Thing"), "DC401"),
        (BytesValue("00"), "DC401"),
        (DecimalValue("1.1"), "DC401"),
        (DateValue("2024-01-01"), "DC401"),
        (TimeValue("12:00:00"), "DC401"),
        (DatetimeValue("2024-01-01T12:00:00+00:00"), "DC401"),
        (EnumValue("m.E", "A", 1), "DC401"),
        (MapValue((("__type__", "x"),)), "DC402"),
        (MapValue(((1.5, "x"),)), "DC403"),
        (MapValue(((True, "x"),)), "DC403"),
        (ListValue((MapValue((("k", CallableValue("m", "f")),)),)), "DC400"),
    ],
)
def test_a_value_without_a_form_is_refused_by_name(ir, value, code):
    found, codes, changes = lowered(ir, value)
    assert codes == [code]
    assert codec.same(found, value)
    assert changes == []


def test_a_refused_python_task_gets_no_further_word_about_its_function(ir):
    task = ir.task(
        "a", bases=("airflow.providers.standard.operators.python.PythonOperator",), args={"x": CallableValue("m", "f")}
    )
    lowering = ir.run(refuse_code, ir.workflow(task))
    lower_values(lowering)
    assert [finding.code for finding in lowering.diagnostics] == ["DC317"]


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
    | st.sampled_from(
        ["yes", "~", "0o17", "1_000", "2024-01-01", "=", "<<", "1:30", ".inf", "- a", "a: b", "\x85", "\ufeff"]
    )
)
_DATA = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def _ir(value):
    match value:
        case float() if not math.isfinite(value):
            return FloatValue(repr(value))
        case list():
            return ListValue(tuple(_ir(item) for item in value))
        case dict():
            return MapValue(tuple((key, _ir(item)) for key, item in value.items()))
        case _:
            return value


@given(_DATA)
def test_an_accepted_value_reads_back_the_same_through_the_engines_loader(ir, value):
    source = _ir({"argument": value})
    found, codes, _ = lowered(ir, source)
    if codes:
        return
    text = write_yaml({"argument": emit_value(found)})
    assert codec.same(_ir(yaml.load(text, Loader=yaml.FullLoader)), _ir({"argument": {"argument": value}}))
