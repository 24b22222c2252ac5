"""What the comparison of renderings makes of results, without anything rendered: pure data on both sides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dagconv.ir.change import Case, Change, Divergence
from dagconv.ir.rendering import OWN_MOMENT, Occasion, Pair, Rendered, Rendering, RenderPlan
from dagconv.ir.task import MISSING
from dagconv.ir.value import ListValue, MapValue, TupleValue
from dagconv.ir.workflow import Workflow
from dagconv.prove.rendering import Told, prove_rendering

RUNS = (
    Occasion("a", True, "2025-01-01T00:00:00+00:00", "text"),
    Occasion("b", True, "2025-01-02T00:00:00+00:00", "none"),
    Occasion("c", False, "2025-01-03T10:00:00+00:00", "list"),
)
PLAN = RenderPlan("d", OWN_MOMENT, RUNS, (Pair("t", "t"),))
SAME = ('"x"', '"x"', '"x"')
FAILS = '{"raises": "KeyError: x"}'
UNDEFINED = '{"raises": "UndefinedError: x"}'


def rendered(*results, reads=(), repeats=True, raw="raw", field="f"):
    return Rendering((Rendered("t", field, raw, results, reads, repeats),))


def codes(source, written, *declared):
    divergences = [Divergence("DC001", "t", "f", case, "told") for case in declared]
    return [found.code for found in prove_rendering(Workflow("d"), PLAN, Told((), divergences), source, written)]


def test_equal_results_say_nothing():
    assert codes(rendered(*SAME), rendered(*SAME)) == []


@pytest.mark.parametrize("other", ['"y"', "1", '["x"]', FAILS])
def test_one_other_result_is_found_with_its_run_and_both_results(other):
    (found,) = prove_rendering(Workflow("d"), PLAN, Told(), rendered(*SAME), rendered('"x"', other, '"x"'))
    assert (found.code, found.task_id, found.key) == ("DC711", "t", "f")
    assert "in this run: b" in found.message
    assert '"x"' in found.message


def test_types_tell_results_apart():
    assert codes(rendered("1", "1", "1"), rendered('"1"', '"1"', '"1"')) == ["DC711"]


def test_failures_are_alike_whatever_they_say():
    assert codes(rendered(FAILS, '"x"', '"x"'), rendered(UNDEFINED, '"x"', '"x"')) == []
    assert codes(rendered(FAILS, '"x"', '"x"'), rendered(*SAME)) == ["DC711"]


def test_a_text_that_is_nothing_to_render_stands_for_all_runs():
    assert codes(rendered('"x"'), rendered(*SAME)) == []
    assert codes(rendered('"x"'), rendered('"x"', '"y"', '"x"')) == ["DC711"]


@pytest.mark.parametrize(
    ("case", "results", "expected"),
    [
        (Case.SCHEDULED, ('"y"', '"x"', '"x"'), []),
        (Case.SCHEDULED, ('"x"', '"x"', '"y"'), ["DC711"]),
        (Case.MANUAL, ('"x"', '"x"', '"y"'), []),
        (Case.MANUAL, ('"y"', '"x"', '"x"'), ["DC711"]),
        (Case.NO_OUTPUT, ('"x"', '"y"', '"x"'), []),
        (Case.NO_OUTPUT, ('"x"', '"x"', '"y"'), ["DC711"]),
        (Case.OTHER_OUTPUT, ('"x"', '"y"', '"y"'), []),
        (Case.OTHER_OUTPUT, ('"y"', '"x"', '"x"'), ["DC711"]),
        (Case.UNDEFINED, (UNDEFINED, '"x"', '"x"'), []),
        (Case.UNDEFINED, (FAILS, '"x"', '"x"'), ["DC711"]),
    ],
)
def test_a_declared_difference_excuses_its_own_runs_alone(case, results, expected):
    assert codes(rendered(*SAME), rendered(*results), case) == expected


def test_a_difference_of_another_field_or_task_excuses_nothing():
    other = [Divergence("DC001", "t", "g", Case.MANUAL, "told"), Divergence("DC001", "u", "f", Case.MANUAL, "told")]
    source = Rendering((*rendered(*SAME).fields, *rendered(*SAME, field="g").fields))
    written = Rendering((*rendered('"x"', '"x"', '"y"').fields, *rendered('"x"', '"x"', '"y"', field="g").fields))
    found = prove_rendering(Workflow("d"), PLAN, Told((), other), source, written)
    assert [(one.code, one.key) for one in found] == [("DC711", "f")]


def test_an_argument_that_is_no_field_of_the_object_may_show_in_one():
    told = [Divergence("DC001", "t", "argument", Case.MANUAL, "told")]
    assert prove_rendering(Workflow("d"), PLAN, Told((), told), rendered(*SAME), rendered('"x"', '"x"', '"y"')) == []


@pytest.mark.parametrize("case", [Case.SCHEDULED, Case.MANUAL, Case.NO_OUTPUT, Case.OTHER_OUTPUT])
def test_what_was_declared_and_shows_nowhere_is_found(case):
    assert codes(rendered(*SAME), rendered(*SAME), case) == ["DC712"]


@pytest.mark.parametrize(
    ("case", "reads", "expected"),
    [
        (Case.MANUAL, ("ds",), []),
        (Case.MANUAL, ("data_interval_end",), []),
        (Case.SCHEDULED, ("dag_run",), []),
        (Case.MANUAL, ("next_ds",), ["DC712"]),
        (Case.MANUAL, ("ti",), ["DC712"]),
        (Case.NO_OUTPUT, ("ti",), []),
        (Case.NO_OUTPUT, ("ds",), ["DC712"]),
    ],
)
def test_what_differs_may_hide_behind_what_is_printed_of_it(case, reads, expected):
    assert codes(rendered(*SAME, reads=reads), rendered(*SAME), case) == expected


def test_a_run_in_which_both_fail_shows_nothing_either_way():
    assert codes(rendered('"x"', '"x"', FAILS), rendered('"x"', '"x"', FAILS), Case.MANUAL) == []


def test_chance_is_found_where_the_text_was_rewritten():
    assert codes(rendered(*SAME, repeats=False), rendered(*SAME, raw="other")) == ["DC713"]
    assert codes(rendered(*SAME), rendered(*SAME, raw="other", repeats=False)) == ["DC713"]
    assert codes(rendered(*SAME, repeats=False), rendered('"y"', '"y"', '"y"', repeats=False)) == []


def test_a_side_that_renders_nothing_is_found():
    assert codes(Rendering(()), Rendering(())) == ["DC711"]
    (found,) = prove_rendering(Workflow("d"), PLAN, Told(), None, None)
    assert found.task_id == "t"


@pytest.mark.parametrize(
    ("changes", "index", "expected"),
    [
        ([("x", MISSING)], None, []),  # dropped
        ([("x", "y"), ("y", MISSING)], None, []),
        ([(MISSING, "x")], None, []),  # a default that is written
        ([(MISSING, "x")], 0, ["DC711"]),  # of an instance, whose own value it is
        ([("x", "y")], None, ["DC711"]),
        ([(ListValue(("x",)), TupleValue(("y",)))], None, ["DC711"]),
        ([(ListValue(("x",)), ListValue(("y", "z")))], None, []),  # of another shape
        ([(MapValue((("k", "x"),)), MapValue((("l", "x"),)))], None, []),
        ([(MapValue((("k", "x"),)), MapValue((("k", "y"),)))], None, ["DC711"]),
        ([], None, ["DC711"]),
    ],
)
def test_an_argument_that_only_one_side_has_is_left_to_the_values(changes, index, expected):
    told = Told([Change("DC001", "t", "f", before, after) for before, after in changes])
    plan = replace(PLAN, pairs=(Pair("t", "t", index),))
    found = prove_rendering(Workflow("d"), plan, told, rendered(*SAME), rendered('"y"', '"y"', '"y"'))
    assert [one.code for one in found] == expected
