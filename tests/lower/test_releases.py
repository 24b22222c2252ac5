"""What older releases and a configuration took for granted is explicit before any other pass looks."""

from __future__ import annotations

import pytest

from dagconv.ir.schedule import Cron, Delta, NoSchedule
from dagconv.ir.task import MISSING, Argument
from dagconv.ir.value import DatetimeValue, TimedeltaValue
from dagconv.ir.workflow import Era
from dagconv.lower.drop_relative_start import drop_relative_start
from dagconv.lower.settle_configuration import settle_configuration
from dagconv.lower.settle_generation import settle_generation
from dagconv.lower.shift_intervals import shift_intervals
from dagconv.lower.write_old_defaults import write_old_defaults

DAILY = Cron("@daily", "0 0 * * *")
DAY = TimedeltaValue(1, 0, 0)


def codes(lowering):
    return [one.code for one in lowering.diagnostics]


@pytest.mark.parametrize("generation", ["1.10", "2"])
def test_a_dag_of_an_older_release_runs_daily_catches_up_and_covers_intervals(ir, generation):
    lowering = ir.run(settle_generation, ir.workflow(era=Era(generation)))
    assert codes(lowering) == ["DC241", "DC242", "DC243"]
    assert lowering.workflow.schedule == Delta(DAY, data_intervals=True)
    assert lowering.workflow.setting("catchup").value is True


def test_what_the_source_gives_is_not_taken_for_granted(ir):
    era = Era("2", given=("schedule", "catchup"))
    lowering = ir.run(settle_generation, ir.workflow(era=era))
    assert (codes(lowering), lowering.workflow.schedule) == ([], NoSchedule())


@pytest.mark.parametrize("generation", ["", "3"])
def test_a_dag_of_today_is_left_alone(ir, generation):
    workflow = ir.workflow(era=Era(generation), schedule=DAILY)
    lowering = ir.run(settle_generation, workflow)
    assert (lowering.workflow, lowering.changes, codes(lowering)) == (workflow, [], [])


def test_where_nothing_tells_each_dependence_is_a_warning_and_nothing_changes(ir):
    task = ir.task("a", args={"prefix": "{{ ds }}"}, template_fields=("prefix",))
    workflow = ir.workflow(task, era=Era("untold"), schedule=DAILY)
    lowering = ir.run(settle_generation, workflow)
    assert (codes(lowering), lowering.workflow) == (["DC442"], workflow)
    assert codes(ir.run(settle_generation, workflow, source_airflow="3")) == []


def test_the_users_word_counts_more_than_the_file(ir):
    workflow = ir.workflow(era=Era("3"), schedule=DAILY)
    assert codes(ir.run(settle_generation, workflow, source_airflow="2")) == ["DC242", "DC243"]


def test_the_start_of_a_daily_interval_is_the_day_before_the_run(ir):
    task = ir.task("a", args={"prefix": "{{ ds }}"}, template_fields=("prefix",))
    workflow = ir.workflow(task, era=Era("2"), schedule=Cron("@daily", "0 0 * * *", data_intervals=True))
    lowering = ir.run(shift_intervals, workflow)
    assert "DC443" in codes(lowering)
    assert lowering.workflow.tasks[0].argument("prefix").value == "{{ macros.ds_add(ds, -1) }}"
    assert lowering.workflow.schedule == DAILY


def test_without_intervals_a_date_of_today_stays(ir):
    task = ir.task("a", args={"prefix": "{{ ds }}"}, template_fields=("prefix",))
    workflow = ir.workflow(task, schedule=DAILY)
    assert ir.run(shift_intervals, workflow).workflow == workflow


def test_intervals_that_differ_in_length_have_no_expression_but_that_the_user_accepts(ir):
    task = ir.task("a", args={"prefix": "{{ ds }}"}, template_fields=("prefix",))
    workflow = ir.workflow(task, era=Era("2"), schedule=Cron("0 0 31 * *", "0 0 31 * *", data_intervals=True))
    refused = ir.run(shift_intervals, workflow)
    accepted = ir.run(shift_intervals, workflow, accept=frozenset({"interval-shift"}))
    assert refused.refused
    assert not accepted.refused
    assert accepted.workflow.tasks[0].argument("prefix").value == "{{ ds }}"


def test_a_configured_default_is_written_where_nothing_else_is_said(ir):
    tasks = (ir.task("a"), ir.task("b", args={"retries": 1}))
    lowering = ir.run(settle_configuration, ir.workflow(*tasks), configuration={"core.default_task_retries": "2"})
    assert [task.argument("retries").value for task in lowering.workflow.tasks] == [2, 1]
    assert codes(lowering) == ["DC249"]
    assert [(c.task_id, c.field, c.before, c.after) for c in lowering.changes] == [("a", "retries", MISSING, 2)]


def test_options_that_mean_nothing_here_are_passed_over(ir):
    workflow = ir.workflow(ir.task("a"))
    lowering = ir.run(settle_configuration, workflow, configuration={"core.fernet_key": "x"})
    assert (lowering.workflow, codes(lowering)) == (workflow, [])


START = {"generation": "2", "relative": ("start_date",)}


def test_a_start_that_moves_with_the_import_is_dropped_once_it_has_passed(ir):
    past = ir.workflow(era=Era(**START), start_date=DatetimeValue("2026-02-01T00:00:00+00:00"))
    lowering = ir.run(drop_relative_start, past)
    assert (codes(lowering), lowering.workflow.start_date) == (["DC246"], None)


def test_a_start_that_is_always_to_come_never_starts(ir):
    future = ir.workflow(era=Era(**START), start_date=DatetimeValue("2026-04-01T00:00:00+00:00"))
    assert codes(ir.run(drop_relative_start, future)) == ["DC247"]


def test_a_start_that_the_source_says_itself_stays(ir):
    workflow = ir.workflow(era=Era("2"), start_date=DatetimeValue("2026-02-01T00:00:00+00:00"))
    assert ir.run(drop_relative_start, workflow).workflow == workflow


def test_old_defaults_are_written_only_where_a_release_is_named(ir):
    path = "airflow.providers.amazon.aws.operators.ecs.EcsRunTaskOperator"
    workflow = ir.workflow(ir.task("a", path))
    assert ir.run(write_old_defaults, workflow).workflow == workflow
    written = ir.run(write_old_defaults, workflow, source_provider="2.4.0")
    assert all(change.before is MISSING for change in written.changes)
    assert {*codes(written)} <= {"DC446", "DC447"}
    given = ir.workflow(ir.task("a", path, args={change.field: 1 for change in written.changes}))
    assert ir.run(write_old_defaults, given, source_provider="2.4.0").changes == []


def test_an_argument_that_is_given_keeps_its_value(ir):
    argument = Argument("catchup", False)
    workflow = ir.workflow(settings=(argument,), schedule=DAILY, era=Era("2", given=("catchup",)))
    lowering = ir.run(settle_configuration, workflow, configuration={"scheduler.catchup_by_default": "True"})
    assert lowering.workflow.settings == (argument,)
