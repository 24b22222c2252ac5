"""The table in which two workflows are compared: absent defaults, durations, dates, and what is no difference."""

from __future__ import annotations

import pytest

from dagconv.ir.change import Change
from dagconv.ir.meaning import params_text, schedule_text
from dagconv.ir.schedule import NO_SCHEDULE, Cron, CustomTimetable, Delta, Rate
from dagconv.ir.task import MISSING, Argument, Operator, Task
from dagconv.ir.value import DatetimeValue, EnumValue, FloatValue, ListValue, MapValue, TimedeltaValue, TupleValue
from dagconv.ir.workflow import Param, Workflow
from dagconv.prove.allowances import declared_view
from dagconv.prove.compare import prove_single, read_eventbridge
from dagconv.prove.view import Reader, view_workflow

HOUR = TimedeltaValue(0, 3600, 0)


def workflow(*arguments, **fields):
    return Workflow("dag", tasks=(Task("t", Operator("a.B", "a.B"), arguments),), **fields)


def view(*arguments, reader=Reader.SERVICE, **fields):
    return view_workflow(workflow(*arguments, **fields), reader)


def argument(name, value, default=MISSING):
    return Argument(name, value, default=default)


SAME = [
    (("retry_delay", 90), ("retry_delay", TimedeltaValue(0, 90, 0))),
    (("retry_delay", 90.0), ("retry_delay", TimedeltaValue(0, 90, 0))),
    (("retry_delay", TimedeltaValue(1, 0, 0)), ("retry_delay", 86_400)),
    (("trigger_rule", "all_done"), ("trigger_rule", EnumValue("a.Rule", "ALL_DONE", "all_done", True))),
    (
        ("x", DatetimeValue("2030-01-01T09:00:00+09:00", "Asia/Tokyo")),
        ("x", DatetimeValue("2030-01-01T00:00:00+00:00", "UTC")),
    ),
    (("x", FloatValue("nan")), ("x", FloatValue("nan"))),
]
DIFFERENT = [
    (("x", True), ("x", 1)),
    (("x", 1), ("x", 1.0)),
    (("x", 0.0), ("x", -0.0)),
    (("x", "1"), ("x", 1)),
    (("x", None), ("x", "null")),
    (("x", ListValue(())), ("x", None)),
    (("x", ListValue((1,))), ("x", TupleValue((1,)))),
    (("x", ListValue((True,))), ("x", ListValue((1,)))),
    (("x", MapValue((("a", 1),))), ("x", MapValue((("a", True),)))),
    (("x", 90), ("x", TimedeltaValue(0, 90, 0))),
    (("retry_delay", True), ("retry_delay", 1)),
    (("retry_delay", "90"), ("retry_delay", 90)),
    (("x", "c"), ("x", EnumValue("a.B", "C", "c", False))),
    (("x", DatetimeValue("2030-01-01T00:00:00")), ("x", DatetimeValue("2030-01-01T00:00:00+00:00"))),
    (("x", "a"), ("y", "a")),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_meaning(one, other):
    assert view(argument(*one)) == view(argument(*other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_other_meaning(one, other):
    assert view(argument(*one)) != view(argument(*other))


@pytest.mark.parametrize("reader", Reader)
@pytest.mark.parametrize("value", [None, 1, "x", ListValue(())])
def test_value_at_its_default_says_nothing(reader, value):
    assert view(argument("x", value, value), reader=reader) == view(reader=reader)


def test_default_of_another_type_says_something():
    assert view(argument("x", True, 1)) != view()


@pytest.mark.parametrize(("reader", "retries", "other"), [(Reader.SERVICE, 1, 0), (Reader.AIRFLOW, 0, 1)])
def test_absent_retries_are_the_readers_own(reader, retries, other):
    assert view(reader=reader) == view(argument("retries", retries, 0), reader=reader)
    assert view(reader=reader) != view(argument("retries", other, 0), reader=reader)


def test_absent_time_limit_is_the_readers_own():
    assert view() == view(argument("execution_timeout", HOUR)) == view(argument("execution_timeout", None))
    assert view(reader=Reader.AIRFLOW) != view(argument("execution_timeout", HOUR), reader=Reader.AIRFLOW)


def test_service_sees_no_ignored_keys():
    ignored = argument("owner", "somebody", "airflow")
    assert view(ignored) == view()
    assert view(ignored, reader=Reader.AIRFLOW) != view(reader=Reader.AIRFLOW)
    setting = (argument("catchup", True, False),)
    assert view(settings=setting) == view()
    assert view(settings=setting, reader=Reader.AIRFLOW) != view(reader=Reader.AIRFLOW)


def test_task_date_that_the_dags_makes_moot_says_nothing():
    dag = DatetimeValue("2030-01-01T00:00:00+00:00")
    earlier, later = argument("start_date", DatetimeValue("2029-01-01T00:00:00")), DatetimeValue("2031-01-01T00:00:00")
    both = {"start_date": dag, "reader": Reader.AIRFLOW}
    assert view(earlier, **both) == view(**both)
    assert view(argument("start_date", later), **both) != view(**both)


def test_params_and_schedule_stand_as_their_meaning():
    params = (Param("p", 1),)
    assert view(params=params)[None, "params"] == params_text(params)
    assert view(params=params) == view(params=(Param("p", 1, typed=True),))
    assert view(params=params) != view(params=(Param("p", True),))
    assert view(schedule=Cron("@daily", "0 0 * * *")) == view(schedule=Cron("0 0 * * *", "0 0 * * *", timetable=True))
    assert view(schedule=Cron("0 0 * * *", "0 0 * * *")) != view(schedule=Cron("0 0 * * *", "0 0 * * *", "Asia/Tokyo"))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("rate(1 minute)", 1),
        ("rate(5 minutes)", 5),
        ("rate(1 hour)", 60),
        ("rate(10 hours)", 600),
        ("rate(2 days)", 2880),
    ],
)
def test_rate_is_understood(text, minutes):
    assert read_eventbridge(text) == Rate(minutes)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "rate(1 minutes)",
            "rate(5 minute)",
            "rate(0 minutes)",
            "rate(05 minutes)",
            "rate(5  minutes)",
            "rate(-5 minutes)",
        ),
        *(
            "rate(1.5 hours)",
            "rate(5 weeks)",
            "rate(5 minutes",
            "Rate(5 minutes)",
            "cron(0 0 * * ? *)",
            "rate(5 minutes) ",
        ),
    ],
)
def test_other_words_are_no_rate(text):
    assert read_eventbridge(text) == CustomTimetable(text)


def test_declarations_compose_in_their_order():
    source = workflow(argument("x", 1))
    first, second = Change("DC1", "t", "x", 1, 2), Change("DC2", "t", "x", 2, 3)
    table, misfits = declared_view(source, [first, second])
    assert (table["t", "x"], misfits) == ("3", [])
    _, misfits = declared_view(source, [second, first])
    assert [change for change, _ in misfits] == [second, first]


def test_dropped_argument_and_dropped_default_leave_no_row():
    source = workflow(argument("x", 1, 0))
    table, misfits = declared_view(source, [Change("DC1", "t", "x", 1, MISSING)])
    assert (("t", "x") in table, misfits) == (False, [])
    table, misfits = declared_view(source, [Change("DC1", "t", "x", 1, 0)])
    assert (("t", "x") in table, misfits) == (False, [])


def test_dropped_retries_leave_the_services_default():
    table, _ = declared_view(workflow(argument("retries", 0, 0)), [Change("DC1", "t", "retries", 0, MISSING)])
    assert table["t", "retries"] == "1"


def test_schedule_is_declared_by_its_text():
    delta = Delta(TimedeltaValue(0, 60, 0))
    declared = Change("DC1", None, "schedule", schedule_text(delta), schedule_text(NO_SCHEDULE))
    table, misfits = declared_view(workflow(schedule=delta), [declared])
    assert (table, misfits) == (view_workflow(workflow(), Reader.AIRFLOW), [])


@pytest.mark.parametrize("count", [0, 2])
def test_definition_must_give_one_dag(count):
    assert [d.code for d in prove_single(workflow(), [object()] * count)] == ["DC706"]
    assert prove_single(workflow(), [object()]) == []
