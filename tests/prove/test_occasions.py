"""Which tasks are rendered, and in which runs."""

from __future__ import annotations

import datetime
import zoneinfo
from dataclasses import replace

import pytest

from dagconv.ir.change import Change
from dagconv.ir.rendering import OWN_MOMENT, Pair, Runs
from dagconv.ir.schedule import NO_SCHEDULE, Cron, Delta
from dagconv.ir.task import MISSING, Argument, Operator, Task
from dagconv.ir.value import ListValue, MapValue, TimedeltaValue
from dagconv.ir.workflow import Workflow
from dagconv.prove.occasions import occasions, render_plan

CRONS = ("0 5 * * *", "*/15 * * * *", "0 0 1 * *", "30 2 * * 0", "0 0 31 * *", "5 4 29 2 *")


def task(name, text):
    return Task(name, Operator("a.B", "a.B"), (Argument("x", text),))


def plan(*tasks, changes=(), runs=OWN_MOMENT, settings=()):
    workflow = Workflow("d", tasks=tasks, settings=settings)
    found = render_plan(workflow, workflow, changes, runs)
    return None if found is None else [pair.task_id for pair in found.pairs]


def test_every_schedule_gives_at_least_eight_runs_of_both_kinds():
    for expression in CRONS:
        found = occasions(Cron(expression, expression))
        assert len(found) >= 8
        assert {run.scheduled for run in found} == {True, False}
        assert {run.values for run in found} == {"text", "number", "list", "mapping", "nested", "none"}
        assert len({run.name for run in found}) == len(found)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_scheduled_runs_start_when_the_cron_fires(zone):
    for run in occasions(Cron("30 2 * * *", "30 2 * * *", zone)):
        if run.scheduled:
            local = run.start.astimezone(zoneinfo.ZoneInfo(zone))
            assert (local.hour, local.minute) == (2, 30), run


def test_a_run_lies_on_each_side_of_a_change_of_the_clocks():
    zone = zoneinfo.ZoneInfo("America/New_York")
    (run,) = (
        run
        for run in occasions(Cron("0 3 * * *", "0 3 * * *", "America/New_York"))
        if "clocks" in run.name and run.scheduled
    )
    local = run.start.astimezone(zone)
    assert local.utcoffset() != (local - datetime.timedelta(days=1)).utcoffset()


def test_a_leap_day_and_the_end_of_a_month_are_covered_by_a_daily_cron():
    days = {run.start.date() for run in occasions(Cron("0 5 * * *", "0 5 * * *")) if run.scheduled}
    assert {datetime.date(2024, 2, 29), datetime.date(2024, 3, 1), datetime.date(2025, 5, 1)} <= days


def test_without_a_schedule_every_run_is_by_hand():
    assert not any(run.scheduled for run in occasions(NO_SCHEDULE))
    assert any(run.scheduled for run in occasions(Delta(TimedeltaValue(1, 0, 0))))


def test_nothing_is_rendered_where_nothing_differs():
    assert plan(task("a", "{{ ds }}"), task("b", "plain"), task("c", "{{ ti.xcom_pull('a') }}")) is None


def test_texts_that_were_written_otherwise_are_rendered():
    for before, after in (("$x", "{{ '$' }}x"), ("{{ a }}", "b"), (ListValue(("{{ a }}",)), ListValue(("{{ b }}",)))):
        assert plan(task("a", "x"), task("b", "x"), changes=[Change("DC1", "a", "x", before, after)]) == ["a"]
    assert plan(task("a", "x"), changes=[Change("DC1", "a", "x", 1, 2), Change("DC1", "a", "y", MISSING, "z")]) is None


@pytest.mark.parametrize(
    "text",
    [
        "{{ dag.catchup }}",
        "{{ task.owner }}",
        "{{ ti.map_index }}",
        "{{ ti['task'] }}",
        "{{ run_id }}",
        "{{ dag_run.conf }}",
    ],
)
def test_texts_that_ask_for_the_source_itself_are_rendered(text):
    assert plan(task("a", text), task("b", "{{ ds }}")) == ["a"]


def test_every_template_of_a_dag_with_a_context_of_its_own_is_rendered():
    tasks = (task("a", "{{ ds }}"), task("b", "plain"))
    assert plan(*tasks, runs=Runs("2", NO_SCHEDULE)) == ["a"]
    assert plan(*tasks, runs=Runs("3", Cron("@daily", "0 0 * * *", data_intervals=True))) == ["a"]
    assert plan(*tasks, settings=(Argument("user_defined_macros", MapValue(())),)) == ["a"]
    assert plan(*tasks, changes=[Change("DC1", None, "params", MISSING, "[]")]) == ["a"]


def test_instances_are_paired_with_what_they_were_made_from():
    mapped = task("l", "{{ ti.map_index }}")
    source = Workflow("d", tasks=(mapped,))
    lowered = Workflow("d", tasks=tuple(replace(mapped, task_id=f"l__{number}") for number in range(2)))
    changes = [Change("DC348", f"l__{number}", "task_id", MISSING, "l") for number in range(2)]
    found = render_plan(source, lowered, changes, OWN_MOMENT)
    assert found is not None
    assert found.pairs == (Pair("l__0", "l", 0), Pair("l__1", "l", 1))
    assert found.instances == (("l", ("l__0", "l__1")),)
