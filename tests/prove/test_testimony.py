"""What a declaration excuses in the witness's testimony, to the value, and what it does not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dagconv.ir.change import Change
from dagconv.ir.schedule import NO_SCHEDULE, Assets, Cron, CustomTimetable, Delta, Rate
from dagconv.ir.task import MISSING, Argument, Operator, Origin, Task
from dagconv.ir.testimony import SeenDag, SeenTask
from dagconv.ir.value import (
    CallableValue,
    EnumValue,
    FloatValue,
    ListValue,
    MapValue,
    PathValue,
    SetValue,
    TimedeltaValue,
    TupleValue,
    XComValue,
)
from dagconv.ir.workflow import Param, Workflow
from dagconv.prove.evidence import evidence_of, params_evidence, shows, timetable_evidence
from dagconv.prove.testimony import compare_testimony

PATH = "a.B"
DAG = {
    **dict.fromkeys(("start_date", "end_date", "description", "doc_md"), "null"),
    "timetable": timetable_evidence(NO_SCHEDULE),
    "params": params_evidence(()),
    "tags": '{"set": []}',
}


def text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def seen_as(dag=None, edges=(), members="m", path=PATH, instances=(), **attributes):
    shown = {name: text(value) for name, value in attributes.items()}
    upstream = {}
    for above, below in edges:
        upstream[below] = tuple(sorted((*upstream.get(below, ()), above)))
    task = SeenTask(path, members, shown, tuple(instances))
    return SeenDag({"t": task}, {**DAG, **(dag or {})}, upstream)


def workflow(*arguments, accepts=("x", "y"), **fields):
    return Workflow("dag", tasks=(Task("t", Operator(PATH, PATH), arguments, accepts=accepts),), **fields)


def differences(one, two, *changes, before=None, after=None):
    before, after = before or workflow(), after or before or workflow()
    found = compare_testimony(one, two, before, after, changes)
    return {(task, what) for task, what, _, _ in found}


def change(before, after, field="x"):
    return Change("DC300", "t", field, before, after)


def test_equal_testimonies_differ_in_nothing():
    assert differences(seen_as(x=1), seen_as(x=1)) == set()


def test_undeclared_attribute_is_a_difference():
    assert differences(seen_as(x=1), seen_as(x=2)) == {("t", "x")}
    assert differences(seen_as(x=1), seen_as()) == {("t", "x")}
    assert differences(seen_as(), seen_as(x=1)) == {("t", "x")}


@pytest.mark.parametrize(
    ("one", "two"),
    [(True, 1), (1, 1.0), ("1", 1), ([1], {"tuple": [1]}), ([], None), ({"dict": []}, None), ("", None), (0, False)],
)
def test_attributes_are_compared_to_the_type(one, two):
    assert differences(seen_as(x=one), seen_as(x=two)) == {("t", "x")}


def test_declared_values_are_excused():
    assert differences(seen_as(x=1), seen_as(x=2), change(1, 2)) == set()


@pytest.mark.parametrize(
    ("one", "two"),
    [(1, 3), (0, 2), (1, 1), (3, 4), (1, 2.5), (1, "2"), (True, 2), (1, True)],
)
def test_other_values_than_the_declared_are_not(one, two):
    assert differences(seen_as(x=one), seen_as(x=two), change(1, 2)) == {("t", "x")}


def test_declaration_of_one_argument_excuses_no_other():
    one, two = seen_as(x=1, y=1), seen_as(x=2, y=2)
    assert differences(one, two, change(1, 2)) == {("t", "y")}


def test_declarations_of_one_field_compose():
    assert differences(seen_as(x=1), seen_as(x=3), change(1, 2), change(2, 3)) == set()
    assert differences(seen_as(x=1), seen_as(x=2), change(1, 2), change(2, 3)) == {("t", "x")}


def test_declaration_about_another_task_excuses_nothing():
    other = Change("DC300", "u", "x", 1, 2)
    assert differences(seen_as(x=1), seen_as(x=2), other) == {("t", "x")}


def test_argument_kept_under_another_name_is_known_by_both_values():
    declared = change("long value", "other value", "z")
    one, two = seen_as(_z="long value", x=1), seen_as(_z="other value", x=1)
    assert differences(one, two, declared) == set()
    assert differences(one, seen_as(_z="third value", x=1), declared) == {("t", "_z")}
    # An attribute that has an argument of its own is not taken for the one that is looked for.
    assert differences(seen_as(x="long value"), seen_as(x="other value"), declared) == {("t", "x")}


def test_container_that_its_constructor_makes_anew_is_no_difference():
    declared = change(SetValue((1, 2)), ListValue((1, 2)))
    kept_as_set = {"set": [1, 2]}
    assert differences(seen_as(x=kept_as_set), seen_as(x=kept_as_set), declared) == set()
    assert differences(seen_as(x=kept_as_set), seen_as(x=[1, 2]), declared) == set()
    assert differences(seen_as(x=kept_as_set), seen_as(x=[2, 1]), declared) == {("t", "x")}


def test_waiting_that_deferring_took_back_is_as_the_argument_says():
    declared = change(True, MISSING, "deferrable")
    waits = workflow(Argument("wait_for_completion", True), Argument("deferrable", True, default=False))
    one = seen_as(deferrable=True, wait_for_completion=False)
    two = seen_as(deferrable=False, wait_for_completion=True)
    assert differences(one, two, declared, before=waits) == set()
    assert differences(one, two, before=waits) == {("t", "deferrable"), ("t", "wait_for_completion")}
    # Left out, it is True in every class that takes it back (amazon provider 9.32.0): nothing else is excused.
    silent = workflow(Argument("deferrable", True, default=False))
    assert differences(one, two, declared, before=silent) == set()
    assert differences(one, two, before=silent) == {("t", "deferrable"), ("t", "wait_for_completion")}
    waiting, gone = seen_as(deferrable=True, wait_for_completion=True), seen_as(deferrable=False)
    stopped = seen_as(deferrable=False, wait_for_completion=False)
    assert differences(waiting, stopped, declared, before=silent) == {("t", "wait_for_completion")}
    assert differences(one, gone, declared, before=silent) == {("t", "wait_for_completion")}


def test_value_that_nobody_can_show_excuses_no_other_attribute():
    declared = change(CallableValue("dag", "notify"), MISSING, "z")
    assert differences(seen_as(_a=1), seen_as(_a=2), declared) == {("t", "_a")}


def test_dropped_argument_falls_back_to_its_default():
    source = workflow(Argument("x", 5, default=7))
    declared = change(5, MISSING)
    assert differences(seen_as(x=5), seen_as(x=7), declared, before=source) == set()
    assert differences(seen_as(x=5), seen_as(x=8), declared, before=source) == {("t", "x")}
    assert differences(seen_as(x=5), seen_as(x=5), declared, before=source) == {("t", "x")}


def test_dropped_callback_leaves_an_empty_list():
    declared = change(CallableValue("dag", "notify"), MISSING, "on_failure_callback")
    one = seen_as(on_failure_callback=[{"class": "builtins.function"}])
    source = workflow(Argument("on_failure_callback", CallableValue("dag", "notify"), default=None))
    assert differences(one, seen_as(on_failure_callback=[]), declared, before=source) == set()
    other = seen_as(on_failure_callback=[{"class": "other"}])
    assert differences(one, other, declared, before=source) == {("t", "on_failure_callback")}


def test_service_default_is_declared_and_shown_by_no_object():
    hour = TimedeltaValue(0, 3600, 0)
    declared = change(MISSING, hour, "execution_timeout")
    assert differences(seen_as(execution_timeout=None), seen_as(execution_timeout=None), declared) == set()
    shown = {"timedelta": [0, 3600, 0]}
    assert differences(seen_as(execution_timeout=None), seen_as(execution_timeout=shown), declared) == set()
    shorter = {"timedelta": [0, 600, 0]}
    lost = differences(seen_as(execution_timeout=shorter), seen_as(execution_timeout=None), declared)
    assert lost == {("t", "execution_timeout")}


def test_setup_changes_its_attribute_only():
    declared = change(True, False, "setup")
    one, two = seen_as(is_setup=True, is_teardown=False), seen_as(is_setup=False, is_teardown=False)
    assert differences(one, two, declared) == set()
    assert differences(one, seen_as(is_setup=False, is_teardown=True), declared) == {("t", "is_teardown")}


def test_number_assigned_as_integer_is_the_float_that_its_constructor_makes():
    assigned = workflow(Argument("x", 10, Origin.ASSIGNED))
    assert differences(seen_as(x=10), seen_as(x=10.0), before=assigned) == set()
    assert differences(seen_as(x=10), seen_as(x=10.0), before=workflow(Argument("x", 10))) == {("t", "x")}


def test_class_changes_only_as_declared():
    declared = Change("DC320", "t", "operator", "dag.Mine", PATH)
    source = seen_as(path="dag.Mine")
    assert differences(source, seen_as(), declared) == set()
    assert differences(source, seen_as()) == {("t", "class")}
    assert differences(source, seen_as(path="a.C"), declared) == {("t", "class")}
    assert differences(source, seen_as(members="other"), declared) == {("t", "behaviour of the class")}


def test_tasks_must_be_those_of_the_workflows():
    nothing = replace(seen_as(), tasks={})
    assert ("t", "testimony") in differences(nothing, seen_as())
    assert ("t", "testimony") in differences(seen_as(), nothing)
    assert ("t", "testimony") in differences(nothing, nothing)


def test_edges_are_compared_by_the_witness():
    def side(*edges):
        data = seen_as(edges=edges)
        return replace(data, tasks={**data.tasks, "u": data.tasks["t"]})

    both = workflow()
    both = both.with_tasks((*both.tasks, replace(both.tasks[0], task_id="u")))
    assert differences(side(["t", "u"]), side(["t", "u"]), before=both) == set()
    assert differences(side(["t", "u"]), side(), before=both) == {("u", "upstream")}
    assert differences(side(["t", "u"]), side(["u", "t"]), before=both) == {("u", "upstream"), ("t", "upstream")}
    declared = Change("DC348", "u", "upstream", ListValue(("t",)), ListValue(()))
    assert differences(side(["t", "u"]), side(), declared, before=both) == set()
    assert differences(side(["t", "u"]), side(["t", "u"]), declared, before=both) == {("u", "upstream")}


def test_instances_of_a_mapped_task_are_compared_each_with_its_own():
    def made(*values):
        return tuple(SeenTask(PATH, "m", {"x": text(value)}) for value in values)

    mapped = seen_as(path="airflow.MappedOperator", instances=made(1, 2))
    again = seen_as()
    after = workflow().with_tasks(tuple(Task(f"t__{i}", Operator(PATH, PATH)) for i in (0, 1)))
    unrolled = [Change("DC348", f"t__{i}", "task_id", MISSING, "t") for i in (0, 1)]

    def reloaded(*values):
        return replace(again, tasks={f"t__{i}": task for i, task in enumerate(made(*values))})

    assert differences(mapped, reloaded(1, 2), *unrolled, before=workflow(), after=after) == set()
    assert differences(mapped, reloaded(1, 3), *unrolled, before=workflow(), after=after) == {("t__1", "x")}
    assert differences(mapped, reloaded(2, 1), *unrolled, before=workflow(), after=after) == {
        ("t__0", "x"),
        ("t__1", "x"),
    }
    fewer = replace(mapped, tasks={"t": replace(mapped.tasks["t"], instances=made(1))})
    assert differences(fewer, reloaded(1, 2), *unrolled, before=workflow(), after=after) == {("t__1", "task")}


def test_dag_is_compared_with_what_the_reader_says():
    cron = Cron("@daily", "0 0 * * *")
    daily = {"timetable": timetable_evidence(cron)}
    scheduled = workflow(schedule=cron)
    assert differences(seen_as(daily), seen_as(daily), before=scheduled) == set()
    # Both sides alike, and the reader saw nothing of it.
    assert differences(seen_as(daily), seen_as(daily)) == {(None, "timetable")}
    declared = Change("DC430", None, "schedule", "a", "b")
    assert differences(seen_as(daily), seen_as(), declared, before=scheduled, after=workflow()) == set()
    assert differences(seen_as(daily), seen_as(daily), declared, before=scheduled, after=workflow()) == {
        (None, "timetable")
    }


def test_params_are_compared_with_what_the_reader_says():
    typed = (Param("p", 1, "text", MapValue((("type", "integer"),))),)
    plain = (Param("p", 1, None, MapValue(())),)
    one, two = ({"params": params_evidence(params)} for params in (typed, plain))
    declared = Change("DC216", None, "params", "a", "b")
    sides = {"before": workflow(params=typed), "after": workflow(params=plain)}
    assert differences(seen_as(one), seen_as(two), declared, **sides) == set()
    assert differences(seen_as(one), seen_as(two), **sides) == {(None, "params")}
    blind = {"before": workflow(params=plain), "after": workflow(params=plain)}
    assert differences(seen_as(one), seen_as(two), declared, **blind) == {(None, "params")}


def test_tags_and_documentation_of_the_engine_are_its_own():
    engine = {"tags": '{"set": ["dagfactory"]}', "doc_md": '"## YML DAG"'}
    assert differences(seen_as(), seen_as(engine)) == set()
    tagged = {"tags": '{"set": ["nightly"]}'}
    assert differences(seen_as(tagged), seen_as(engine)) == {(None, "tags")}
    assert differences(seen_as(tagged), seen_as(engine), Change("DC205", None, "tags", "a", MISSING)) == set()


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ({"timedelta": [0, 90, 0]}, 90),
        ({"timedelta": [0, 90, 0]}, 90.0),
        ({"timedelta": [1, 0, 0]}, TimedeltaValue(1, 0, 0)),
        ({"enum": ["a.Rule", "DONE", "all_done"]}, "all_done"),
        ({"enum": ["a.Rule", "DONE", "all_done"]}, EnumValue("a.Rule", "DONE", "all_done", True)),
        ("all_done", EnumValue("a.Rule", "DONE", "all_done", True)),
        (60.0, 60),
        ({"float": "nan"}, FloatValue("nan")),
        ({"tuple": [1, [2]]}, TupleValue((1, ListValue((2,))))),
        ({"dict": [["a", None]]}, MapValue((("a", None),))),
    ],
)
def test_attribute_shows_a_value(shown, value):
    assert shows(text(shown), value)


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ({"timedelta": [0, 90, 1]}, 90),
        ({"timedelta": [0, 1, 0]}, True),
        ({"enum": ["a.Rule", "DONE", "all_done"]}, "one_done"),
        (60.0, True),
        (60, 60.0),
        ([1], TupleValue((1,))),
        (1, True),
        ({"dict": [["a", 1], ["b", 2]]}, MapValue((("b", 2), ("a", 1)))),
        ("sha256:", "x" * 300),
    ],
)
def test_attribute_does_not_show_another_value(shown, value):
    assert not shows(text(shown), value)


def test_long_text_is_known_by_its_hash():
    assert evidence_of("x" * 300) == evidence_of("x" * 300) != evidence_of("x" * 299 + "y")
    assert shows(evidence_of("x" * 300), "x" * 300)


@pytest.mark.parametrize(
    "value", [CallableValue("a", "b"), PathValue("/a"), XComValue("t"), ListValue((PathValue("a"),))]
)
def test_value_that_the_witness_shows_as_an_object_has_no_evidence(value):
    assert evidence_of(value) is None


@pytest.mark.parametrize(
    "schedule", [Assets(("a",)), CustomTimetable("a.B"), Delta(TimedeltaValue(0, 0, 0), relative="x")]
)
def test_schedule_that_the_ir_cannot_tell_has_no_evidence(schedule):
    assert timetable_evidence(schedule) is None


def test_eventbridge_schedule_is_none_to_the_engine():
    assert timetable_evidence(Rate(5)) == timetable_evidence(NO_SCHEDULE)
