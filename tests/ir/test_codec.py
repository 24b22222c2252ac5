"""The codec: every node comes back from its JSON, and JSON of any other shape raises DecodeError and nothing else."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dagconv.diagnostics.model import Location
from dagconv.ir import codec
from dagconv.ir import schedule as schedule_ir
from dagconv.ir import value as value_ir
from dagconv.ir.change import Change
from dagconv.ir.codec import DecodeError
from dagconv.ir.task import MISSING, Argument, Mapping, Missing, Operator, Origin, Residue, Task
from dagconv.ir.value import EnumValue, FloatValue, ListValue, MapValue, SetValue, TimedeltaValue, TupleValue
from dagconv.ir.workflow import Era, Group, Param, Workflow

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), FLOATS, TEXT)
VALUE_CLASSES = [cls for cls in get_args(value_ir.Value) if cls.__module__ == value_ir.__name__]
SCHEDULE_CLASSES = list(get_args(schedule_ir.Schedule))
FIELD_STRATEGIES = {
    "int": st.integers(),
    "str": TEXT,
    "bool": st.booleans(),
    "str | None": st.none() | TEXT,
    "tuple[str, ...]": st.lists(TEXT, max_size=3).map(tuple),
}


def values(depth: int = 3) -> st.SearchStrategy:
    if depth == 0:
        return SCALARS
    inner = st.deferred(lambda: values(depth - 1))
    return st.one_of(SCALARS, *(nodes(cls, inner) for cls in VALUE_CLASSES))


def nodes(cls: type, inner: st.SearchStrategy) -> st.SearchStrategy:
    """Nodes of a class, each field drawn by its type."""
    items = st.lists(inner, max_size=3).map(tuple)
    special = {
        "Value": inner,
        "Scalar": SCALARS,
        "tuple[Value, ...]": items,
        "tuple[tuple[Value, Value], ...]": st.lists(st.tuples(inner, inner), max_size=3).map(tuple),
        "TimedeltaValue": st.builds(TimedeltaValue, st.integers(), st.integers(), st.integers()),
        "TimedeltaValue | None": st.none() | st.builds(TimedeltaValue, st.integers(), st.integers(), st.integers()),
    }
    named = st.lists(st.tuples(TEXT, inner), max_size=2).map(tuple)
    parameters = st.lists(st.builds(value_ir.Parameter, TEXT, TEXT, st.booleans(), inner), max_size=2).map(tuple)
    codes = st.builds(
        value_ir.Code, TEXT, st.integers(), TEXT, TEXT, parameters, named, FIELD_STRATEGIES["tuple[str, ...]"]
    )
    known = {**FIELD_STRATEGIES, **special, "tuple[tuple[str, Value], ...]": named, "Code | None": st.none() | codes}
    return st.builds(cls, **{field.name: known[str(field.type)] for field in dataclasses.fields(cls)})


VALUES = values()
DEFAULTS = st.just(MISSING) | VALUES
LOCATIONS = st.none() | st.builds(Location, TEXT, st.none() | st.integers(1, 99))
ARGUMENTS = st.builds(Argument, TEXT, VALUES, st.sampled_from(Origin), DEFAULTS, LOCATIONS)
SCHEDULES = st.one_of(*(nodes(cls, SCALARS) for cls in SCHEDULE_CLASSES))
MAPPINGS = st.builds(Mapping, TEXT, st.lists(st.tuples(TEXT, VALUES), max_size=2).map(tuple).map(MapValue), VALUES)
TASKS = st.builds(
    Task,
    task_id=TEXT,
    operator=st.builds(Operator, TEXT, TEXT, st.lists(TEXT, max_size=2).map(tuple)),
    arguments=st.lists(ARGUMENTS, max_size=3).map(tuple),
    upstream=st.lists(TEXT, max_size=3).map(tuple),
    group=st.none() | TEXT,
    setup=st.booleans(),
    edge_labels=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
    residues=st.lists(st.builds(Residue, TEXT, SCALARS, SCALARS), max_size=2).map(tuple),
    mapping=st.none() | MAPPINGS,
    location=LOCATIONS,
)
WORKFLOWS = st.builds(
    Workflow,
    dag_id=TEXT,
    description=st.none() | TEXT,
    schedule=SCHEDULES,
    start_date=st.none() | st.builds(value_ir.DatetimeValue, TEXT, st.none() | TEXT),
    default_args=st.lists(ARGUMENTS, max_size=2).map(tuple),
    params=st.lists(st.builds(Param, TEXT, DEFAULTS, st.none() | TEXT, VALUES, st.booleans()), max_size=2).map(tuple),
    settings=st.lists(ARGUMENTS, max_size=2).map(tuple),
    groups=st.lists(st.builds(Group, TEXT, st.none() | TEXT), max_size=2).map(tuple),
    tasks=st.lists(TASKS, max_size=2).map(tuple),
    location=LOCATIONS,
    argument_locations=st.lists(st.tuples(TEXT, st.builds(Location, TEXT)), max_size=2).map(tuple),
    era=st.builds(Era, TEXT, TEXT, st.lists(TEXT, max_size=2).map(tuple)),
)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def through_json(node: object) -> object:
    return json.loads(json.dumps(codec.encode(node), allow_nan=False))


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(VALUES)
def test_value_comes_back(value):
    again = codec.decode_value(through_json(value))
    assert again == value
    assert codec.canonical(again) == codec.canonical(value)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(WORKFLOWS)
def test_workflow_comes_back(workflow):
    again = codec.decode(Workflow, through_json(workflow))
    assert again == workflow
    assert codec.same(again, workflow)


@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
@given(st.builds(Change, TEXT, st.none() | TEXT, TEXT, DEFAULTS, DEFAULTS))
def test_change_comes_back(change):
    assert codec.decode(Change, through_json(change)) == change


DIFFERENT = [
    (True, 1),
    (1, 1.0),
    (0, False),
    (0.0, -0.0),
    ("1", 1),
    (None, "null"),
    (None, MISSING),
    (None, False),
    ("", None),
    (ListValue(()), None),
    (ListValue(()), MapValue(())),
    (ListValue((1,)), TupleValue((1,))),
    (ListValue((1, 2)), ListValue((2, 1))),
    (SetValue((1,)), SetValue((1,), frozen=True)),
    (SetValue((1,)), ListValue((1,))),
    (MapValue((("a", 1), ("b", 2))), MapValue((("b", 2), ("a", 1)))),
    (MapValue(((1, "a"),)), MapValue((("1", "a"),))),
    (MapValue(((True, "a"),)), MapValue(((1, "a"),))),
    (ListValue((True,)), ListValue((1,))),
    (FloatValue("nan"), "nan"),
    (FloatValue("inf"), FloatValue("-inf")),
    (EnumValue("a.B", "C", "c", True), "c"),
    (EnumValue("a.B", "C", "c", True), EnumValue("a.B", "C", "c", False)),
    (TimedeltaValue(0, 60, 0), 60),
    (TimedeltaValue(1, 0, 0), TimedeltaValue(0, 1, 0)),
    (value_ir.DatetimeValue("2024-01-01T00:00:00"), value_ir.DatetimeValue("2024-01-01T00:00:00+00:00")),
    (value_ir.DateValue("2024-01-01"), "2024-01-01"),
    (value_ir.PathValue("/a"), "/a"),
    (value_ir.BytesValue("61"), "a"),
    (value_ir.DecimalValue("1"), 1),
    ("\u00e9", "e\u0301"),
    ("a", "a "),
    ("a", "A"),
    (ListValue(("x",)), MapValue((("items", ListValue(("x",))),))),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_values_of_different_meaning_are_not_the_same(one, other):
    assert not codec.same(one, other)
    assert codec.same(one, one)


def test_nan_is_the_same_as_itself():
    assert codec.same(FloatValue("nan"), FloatValue("nan"))


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(VALUES, VALUES)
@example(ListValue(("MapValue",)), MapValue((("ListValue", 1),)))
def test_texts_are_equal_only_for_equal_values(one, other):
    assert (codec.canonical(one) == codec.canonical(other)) == (repr(one) == repr(other))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), FLOATS, TEXT),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [*(cls.__name__ for cls in (*VALUE_CLASSES, *SCHEDULE_CLASSES)), "Missing", "items", "text", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_json_of_any_shape_is_a_value_or_a_decode_error(data):
    try:
        value = codec.decode_value(data)
    except DecodeError:
        return
    assert codec.decode_value(through_json(value)) == value


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_json_of_any_shape_is_a_workflow_or_a_decode_error(data):
    with pytest.raises(DecodeError):
        codec.decode(Workflow, data)


WHOLE = Workflow(
    "dag",
    schedule=schedule_ir.Cron("@daily", "0 0 * * *"),
    start_date=value_ir.DatetimeValue("2030-01-01T00:00:00+00:00", "UTC"),
    params=(Param("p", 1, "d", MapValue((("type", "integer"),)), True),),
    groups=(Group("g", "h"),),
    tasks=(
        Task(
            "t",
            Operator("a.B", "a.B"),
            (
                Argument(
                    "x", ListValue((1, MapValue((("a", TupleValue((None,))),)))), Origin.CALL, MISSING, Location("f", 1)
                ),
            ),
            ("u",),
            edge_labels=(("u", "l"),),
            residues=(Residue("r", None, "s"),),
            mapping=Mapping("expand", MapValue((("k", ListValue((1,))),))),
        ),
    ),
)
REPLACEMENTS = [
    None,
    True,
    1,
    -1,
    1.5,
    "",
    "x",
    [],
    [1],
    {},
    {"x": 1},
    {"ListValue": {}},
    {"Missing": {}},
    [[]],
    [["a"]],
]


def places(data: object, path: tuple = ()):
    yield path
    if isinstance(data, dict):
        for key, item in data.items():
            yield from places(item, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from places(item, (*path, index))


def replaced(data: object, path: tuple, new: object) -> object:
    if not path:
        return new
    changed = copy.copy(data)
    changed[path[0]] = replaced(data[path[0]], path[1:], new)
    return changed


@pytest.mark.parametrize("new", REPLACEMENTS, ids=repr)
def test_damage_anywhere_is_a_decode_error_or_another_workflow(new):
    data = through_json(WHOLE)
    refused = 0
    for path in places(data):
        damaged = replaced(data, path, new)
        try:
            again = codec.decode(Workflow, damaged)
        except DecodeError:
            refused += 1
            continue
        assert isinstance(again, Workflow)
        codec.canonical(again)
    assert refused > 20


@pytest.mark.parametrize("path", [path for path in places(through_json(WHOLE)) if path and isinstance(path[-1], str)])
def test_unknown_field_anywhere_is_a_decode_error(path):
    data = through_json(WHOLE)
    node = data
    for step in path:
        node = node[step]
    if isinstance(node, dict) and not set(node) <= {
        cls.__name__ for cls in (*VALUE_CLASSES, *SCHEDULE_CLASSES, Missing)
    }:
        with pytest.raises(DecodeError):
            codec.decode(Workflow, replaced(data, path, {**node, "unheard_of": 1}))


@pytest.mark.parametrize(
    "data",
    [
        {"ListValue": {"items": []}},
        {"MapValue": [[1]]},
        {"MapValue": [1]},
        {"MapValue": {"entries": []}},
        {"TupleValue": {"items": 1}},
        {"TimedeltaValue": {"days": True, "seconds": 0, "microseconds": 0}},
        {"TimedeltaValue": {"days": 1.0, "seconds": 0, "microseconds": 0}},
        {"TimedeltaValue": {"days": 1}},
        {"DatetimeValue": {"text": 1}},
        {"NoSchedule": {}},
        {"Workflow": {"dag_id": "a"}},
        {"Missing": {}},
        {"Missing": {"x": 1}},
        {"str": "x"},
        {"__class__": {}},
        {},
        {"TupleValue": {"items": []}, "SetValue": {"items": []}},
        [{"Missing": {}}],
        pytest.param(object(), id="object"),
        {1, 2},
        b"bytes",
    ],
    ids=repr,
)
def test_value_of_another_shape_is_a_decode_error(data):
    with pytest.raises(DecodeError):
        codec.decode_value(data)


@pytest.mark.parametrize(
    "wrap", [lambda d: [d], lambda d: {"TupleValue": {"items": [d]}}, lambda d: {"MapValue": [["k", d]]}]
)
@pytest.mark.parametrize("depth", [codec.MAX_DEPTH + 1, 20_000])
def test_depth_is_limited(wrap, depth):
    data: object = 1
    for _ in range(depth):
        data = wrap(data)
    with pytest.raises(DecodeError, match="deeper"):
        codec.decode_value(data)


def test_moderate_depth_is_not():
    data: object = 1
    for _ in range(60):
        data = [data]
    assert codec.encode(codec.decode_value(data)) == data


def test_class_that_stands_in_others_is_not_decoded_by_itself():
    with pytest.raises(DecodeError):
        codec.decode(ListValue, [])


def test_every_value_and_schedule_has_a_tag_of_its_own():
    # Lists need none: they are JSON's own.
    names = {cls.__name__ for cls in (*VALUE_CLASSES, *SCHEDULE_CLASSES, Missing)} - {"ListValue"}
    assert names == set(codec._TAGGED)
