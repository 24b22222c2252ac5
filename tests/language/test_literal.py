"""Values as expressions: Python gives back the same value of the same class, and what has no expression is said."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal

import pytest

from dagconv.ir.value import (
    CallableValue,
    DecimalValue,
    FloatValue,
    ListValue,
    MapValue,
    OpaqueValue,
    SetValue,
    TimedeltaValue,
    TupleValue,
)
from dagconv.language.literal import NoLiteralError, literal

EXACT = [
    (None, None),
    (True, True),
    (1, 1),
    (1.0, 1.0),
    ('it\'s\n"x"\x00é', 'it\'s\n"x"\x00é'),
    (ListValue(()), []),
    (ListValue((1, "a")), [1, "a"]),
    (TupleValue(()), ()),
    (TupleValue((1,)), (1,)),
    (TupleValue((1, 2)), (1, 2)),
    (SetValue((), False), set()),
    (SetValue((1,), False), {1}),
    (SetValue((), True), frozenset()),
    (SetValue((1, 2), True), frozenset({1, 2})),
    (MapValue(()), {}),
    (MapValue((("a", ListValue((TupleValue((1,)),))), (2, None))), {"a": [(1,)], 2: None}),
    (FloatValue("inf"), math.inf),
    (FloatValue("-inf"), -math.inf),
    (TimedeltaValue(-1, 2, 3), timedelta(-1, 2, 3)),
    (DecimalValue("1.50"), Decimal("1.50")),
]


@pytest.mark.parametrize(("value", "wanted"), EXACT, ids=lambda value: repr(value)[:30])
def test_the_expression_gives_the_value_and_its_class_back(value, wanted):
    given = eval(literal(value), {})
    assert (type(given), repr(given)) == (type(wanted), repr(wanted))


def test_what_is_no_number_is_none_in_the_expression_too():
    assert math.isnan(eval(literal(FloatValue("nan")), {}))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (CallableValue("etl", "load"), "a Callable"),
        (OpaqueValue("etl.Thing"), "an object of etl.Thing"),
        (ListValue((1, TupleValue((OpaqueValue("etl.Thing"),)))), "an object of etl.Thing"),
        (MapValue(((OpaqueValue("etl.Key"), 1),)), "an object of etl.Key"),
    ],
)
def test_what_has_no_expression_is_named_at_any_depth(value, shown):
    with pytest.raises(NoLiteralError, match=shown):
        literal(value)
