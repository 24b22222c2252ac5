"""What passes share: values rewritten part by part, and values as a message shows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dagconv.ir.value import CallableValue, ListValue, MapValue, OpaqueValue, TimedeltaValue, TupleValue
from dagconv.lower.losses import show
from dagconv.lower.refuse_placeholders import ABSENT_OPERATOR, refuse_placeholders
from dagconv.lower.rewriting import rewrite_arguments, rewrite_value, templates_of


def louder(value):
    return value.upper() if isinstance(value, str) else value


def test_parts_are_rewritten_wherever_they_stand_and_keys_are_not():
    value = MapValue((("key", ListValue(("a", TupleValue(("b", 1))))),))
    assert rewrite_value(value, louder) == MapValue((("key", ListValue(("A", TupleValue(("B", 1))))),))


def test_a_value_in_which_nothing_changes_is_the_same_object():
    value = MapValue((("key", ListValue((1, "A"))),))
    assert rewrite_value(value, lambda part: part) is value


def test_each_rewritten_argument_is_declared_and_the_others_are_not(ir):
    task = ir.task("a", args={"bucket": "b", "prefix": "P", "pool": "x"}, template_fields=("bucket", "prefix"))

    def step(lowering):
        lowering.map_tasks(
            lambda one: rewrite_arguments(lowering, ABSENT_OPERATOR, one, lambda _, part: louder(part), templated=True)
        )

    lowering = ir.run(step, ir.workflow(task))
    assert [(c.field, c.before, c.after) for c in lowering.changes] == [("bucket", "b", "B")]
    assert lowering.workflow.tasks[0].argument("pool").value == "x"


def test_names_count_only_in_templates(ir):
    task = ir.task("a", args={"bucket": "ds", "prefix": "{{ ds }}"}, template_fields=("bucket", "prefix"))
    assert templates_of(task, frozenset({"ds", "ts"})) == {"ds"}
    assert templates_of(ir.task("b", args={"bucket": "ds"}, template_fields=("bucket",)), frozenset({"ds"})) == set()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a'b", '"a\'b"'),
        (None, "None"),
        (CallableValue("dags.alerts", "notify"), "dags.alerts.notify"),
        (OpaqueValue("a.B"), "an object of a.B"),
        (ListValue((1, MapValue((("k", "v"),)))), "[1, {'k': 'v'}]"),
        (TimedeltaValue(0, 90, 0), "1 minute 30 seconds"),
    ],
)
def test_a_message_shows_a_value_as_python_writes_it(value, text):
    assert show(value) == text


def test_a_task_of_a_provider_that_is_not_there_is_refused_and_said_once(ir):
    absent = ir.task("a")
    absent = replace(absent, operator=replace(absent.operator, placeholder=True))
    lowering = ir.run(refuse_placeholders, ir.workflow(absent, ir.task("b")))
    assert [(one.code, one.task_id) for one in lowering.diagnostics] == [("DC240", "a")]
    assert [task.task_id for task in lowering.tasks] == ["b"]
