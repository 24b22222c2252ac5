"""Values of any shape through the whole way: written, read by dag-factory, and found again in the argument."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dagconv.catalog.service import service
from dagconv.emit.document import emit_document
from dagconv.emit.writer import write_yaml
from dagconv.ir import codec
from dagconv.ir.task import Argument, Operator, Task
from dagconv.ir.value import DatetimeValue, FloatValue, ListValue, MapValue, TimedeltaValue, Value
from dagconv.ir.workflow import Workflow

pytestmark = pytest.mark.airflow

START = "airflow.providers.amazon.aws.operators.step_function.StepFunctionStartExecutionOperator"
# `$NAME` is replaced before anything is read, and no loader takes a NUL: lowering and check see to both.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="$\0"), max_size=30) | st.text(
    "ab \n\t'\"\\:#-?!&*%@`|>{}[],~=<._0123456789eExXo+", max_size=12
)
KEYS = TEXTS.filter(lambda key: key not in service().reserved_yaml_keys)
FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["nan", "inf", "-inf"]).map(FloatValue)
OBJECTS = st.one_of(
    st.timedeltas().map(lambda t: TimedeltaValue(t.days, t.seconds, t.microseconds)),
    st.datetimes().map(lambda moment: DatetimeValue(moment.isoformat())),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), FLOATS, TEXTS, OBJECTS)


def _mapping(entries: dict[str, Value]) -> MapValue:
    return MapValue(tuple(entries.items()))


VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: ListValue(tuple(items)))
        | st.dictionaries(KEYS, inner, max_size=4).map(_mapping)
    ),
    max_leaves=12,
)


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(values=st.lists(VALUES, min_size=40, max_size=80))
def test_values_come_back_from_the_engine(values, worker, reload_text):
    given_input = MapValue(tuple((f"value {index}", value) for index, value in enumerate(values)))
    text = write_yaml(emit_document(_workflow(given_input)))
    assert not re.search(r"\$\w", text)
    (dag,) = reload_text(text)
    found = dag.workflow.task("start").argument("state_machine_input")
    assert found is not None
    for (name, before), (again, after) in zip(given_input.entries, found.value.entries, strict=True):
        assert (name, codec.canonical(before)) == (again, codec.canonical(after))


def _workflow(value: Value) -> Workflow:
    arguments = (Argument("state_machine_arn", "arn"), Argument("state_machine_input", value))
    return Workflow("values", tasks=(Task("start", Operator(START, START), arguments),))
