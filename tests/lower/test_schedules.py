"""Schedules: the same moments in another form, or a finding that says which moments differ."""

from __future__ import annotations

import datetime
import zoneinfo
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagconv.ir.schedule import (
    NO_SCHEDULE,
    Assets,
    Continuous,
    Cron,
    CustomTimetable,
    Delta,
    MultipleCron,
    Once,
    Rate,
)
from dagconv.ir.task import Argument
from dagconv.ir.value import DatetimeValue, TimedeltaValue
from dagconv.language.cron import next_fires, parse_cron
from dagconv.lower.lower_crons import lower_crons, merge_crons
from dagconv.lower.lower_dates import lower_dates
from dagconv.lower.lower_periods import lower_periods
from dagconv.lower.lower_time_zones import lower_time_zones, read_offsets
from dagconv.lower.refuse_triggers import refuse_triggers
from dagconv.lower.shift_intervals import shift_intervals

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)
UTC = datetime.timezone.utc


def codes(lowering):
    return [d.code for d in lowering.diagnostics]


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        (Continuous(), "DC422"),
        (Assets(("s3://b/k",)), "DC420"),
        (CustomTimetable("dags.Mine"), "DC423"),
        (Cron("@daily", "0 0 * * *"), None),
        (NO_SCHEDULE, None),
    ],
)
def test_schedules_without_fixed_times_are_refused(ir, schedule, code):
    lowering = ir.run(refuse_triggers, ir.workflow(schedule=schedule))
    assert codes(lowering) == ([code] if code else [])
    assert lowering.workflow.schedule == schedule


def test_a_dag_that_runs_once_is_started_by_hand(ir):
    lowering = ir.run(refuse_triggers, ir.workflow(schedule=Once()))
    assert (codes(lowering), lowering.workflow.schedule, lowering.refused) == (["DC421"], NO_SCHEDULE, False)
    assert len(lowering.changes) == 1


@pytest.mark.parametrize(
    ("schedule", "text", "code"),
    [
        (Cron("@daily", "0 0 * * *"), "@daily", None),
        (Cron("@midnight", "@midnight"), "@daily", "DC436"),
        (Cron("@quarterly", "0 0 1 */3 *"), "0 0 1 */3 *", "DC436"),
        (Cron("5 4 * * *", "5 4 * * *", timetable=True, run_immediately=True), "5 4 * * *", "DC431"),
        (MultipleCron(("0 6 * * *", "0 18 * * *")), "0 6,18 * * *", "DC428"),
        (MultipleCron(("0 6 * * *",)), "0 6 * * *", None),
    ],
)
def test_crons_come_to_the_form_that_a_definition_reads(ir, schedule, text, code):
    lowering = ir.run(lower_crons, ir.workflow(schedule=schedule))
    assert lowering.workflow.schedule.text == text
    assert codes(lowering) == ([code] if code else [])


@pytest.mark.parametrize(
    "schedule",
    [Cron("0 0 * * *", "0 0 * * *"), Delta(TimedeltaValue(2, 0, 0)), MultipleCron(("0 0 * * *", "0 9 * * *"))],
)
def test_dates_of_an_interval_that_the_timetable_is_given_are_rewritten(ir, schedule):
    task = ir.task("a", args={"prefix": "{{ ds }}", "bucket": "{{ prev_ds }}"}, template_fields=("prefix", "bucket"))
    schedule = replace(schedule, interval=TimedeltaValue(1, 0, 0))
    lowering = ir.run(shift_intervals, ir.workflow(task, schedule=schedule))
    assert lowering.workflow.tasks[0].argument("prefix").value == "{{ macros.ds_add(ds, -1) }}"
    assert sorted(codes(lowering)) == ["DC430", "DC443", "DC444"]  # when the run before was is not told by it
    assert lowering.workflow.schedule.interval is None


@pytest.mark.parametrize(
    ("cron", "minutes"),
    [
        ("0 5 * 1 *", (0,)),
        ("0 5 * 7,8 *", (60,)),
        ("0 5 1 10 *", (60,)),  # the clocks change at the end of October
        ("0 5 31 10 *", (0, 60)),  # on that very day in one of the years
        ("0 5 * 1,7 *", (0, 60)),
        ("0 5 30 2 *", (0, 60)),  # never
    ],
)
def test_a_cron_has_one_offset_where_all_of_its_days_have(cron, minutes):
    assert read_offsets("Europe/London", NOW, parse_cron(cron)).minutes == minutes


_FIELD = st.sampled_from(["0", "15", "*/20", "30"])
_HOURS = st.sampled_from(["*", "3", "9,21", "*/6"])
_DAYS = st.sampled_from(["* * *", "* * 1-5", "1,15 * *", "* 6 *"])


@given(st.lists(st.builds(lambda m, h, d: f"{m} {h} {d}", _FIELD, _HOURS, _DAYS), min_size=1, max_size=3))
def test_a_merged_cron_fires_whenever_one_of_them_does(expressions):
    crons = [parse_cron(text) for text in expressions]
    merged = merge_crons(crons)
    if merged is not None:
        start = datetime.datetime(2026, 5, 30, tzinfo=UTC)
        expected = sorted({fire for cron in crons for fire in next_fires(cron, start, 40)})[:40]
        assert next_fires(parse_cron(merged), start, 40) == expected


@given(
    st.builds(lambda m, h, d: f"{m} {h} {d}", _FIELD, _HOURS, _DAYS),
    st.sampled_from(["Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "America/Phoenix", "+02:00", "Etc/UTC"]),
)
def test_a_cron_in_utc_fires_at_the_moments_of_the_zones_clock(ir, expression, zone):
    lowering = ir.run(lower_time_zones, ir.workflow(schedule=Cron(expression, expression, zone)))
    schedule = lowering.workflow.schedule
    if schedule.timezone != "UTC":
        assert codes(lowering)[0] in ("DC434", "DC435")
        return
    local = datetime.timezone(datetime.timedelta(hours=2)) if zone == "+02:00" else zoneinfo.ZoneInfo(zone)
    start = datetime.datetime(2026, 3, 20, tzinfo=UTC)
    expected = [fire.astimezone(UTC) for fire in next_fires(parse_cron(expression), start.astimezone(local), 30)]
    actual = next_fires(parse_cron(schedule.text), start, 30)
    # A local clock has moments twice and none around a change, so that only the days apart from it are compared.
    around = {datetime.date(2026, 3, 28), datetime.date(2026, 3, 29), datetime.date(2026, 3, 30)}
    kept = [[f for f in fires if f.date() not in around][:10] for fires in (expected, actual)]
    assert kept[0] == kept[1]


@pytest.mark.parametrize(
    ("dst", "text", "code"),
    [("refuse", None, "DC434"), ("winter", "0 8 * * *", "DC433"), ("summer", "0 7 * * *", "DC433")],
)
def test_where_clocks_change_the_user_decides(ir, dst, text, code):
    workflow = ir.workflow(schedule=Cron("0 9 * * *", "0 9 * * *", "Europe/Berlin"))
    lowering = ir.run(lower_time_zones, workflow, dst=dst)
    assert codes(lowering) == [code]
    assert lowering.refused == (text is None)
    if text:
        assert (lowering.workflow.schedule.text, lowering.workflow.schedule.timezone) == (text, "UTC")
    else:
        assert "2026-03-29 and 2026-10-25" in lowering.diagnostics[0].message


@pytest.mark.parametrize(
    ("zone", "minutes"),
    [("Europe/Berlin", (60, 120)), ("Asia/Tokyo", (540,)), ("-03:30", (-210,)), ("Nowhere/Land", None)],
)
def test_offsets_of_a_zone(zone, minutes):
    found = read_offsets(zone, NOW)
    assert (found.minutes if found else None) == minutes


@pytest.mark.parametrize(
    ("period", "start", "catchup", "schedule", "code"),
    [
        (TimedeltaValue(0, 21600, 0), "2024-01-01T01:30:00+00:00", True, "30 1-23/6 * * *", "DC424"),
        (TimedeltaValue(0, 21600, 0), "2024-01-01T01:30:00+00:00", False, "30 1-23/6 * * *", "DC425"),
        (TimedeltaValue(1, 0, 0), None, False, "0 0 * * *", "DC425"),
        (TimedeltaValue(0, 420, 0), None, False, Rate(7), "DC426"),
        (TimedeltaValue(2, 0, 0), None, False, Rate(2880), "DC426"),
        (TimedeltaValue(0, 90, 0), None, False, None, "DC427"),
    ],
)
def test_periods_become_crons_rates_or_refusals(ir, period, start, catchup, schedule, code):
    source = Delta(period)
    workflow = ir.workflow(
        schedule=source,
        start_date=DatetimeValue(start) if start else None,
        settings=(Argument("catchup", True),) if catchup else (),
    )
    lowering = ir.run(lower_periods, workflow)
    assert codes(lowering) == [code]
    expected = source if schedule is None else Cron(schedule, schedule) if isinstance(schedule, str) else schedule
    assert lowering.workflow.schedule == expected
    assert lowering.refused == (schedule is None)


@pytest.mark.parametrize(
    ("date", "schedule", "kept"),
    [
        ("2024-01-01T00:00:00+00:00", Cron("@daily", "0 0 * * *"), False),
        ("2027-01-01T00:00:00+00:00", Cron("@daily", "0 0 * * *"), True),
        ("2024-01-01T00:00:00+00:00", NO_SCHEDULE, True),
        ("2026-03-01T00:00:00+00:00", Cron("@daily", "0 0 * * *"), False),
    ],
)
def test_a_start_date_goes_where_a_schedule_has_passed_it(ir, date, schedule, kept):
    lowering = ir.run(lower_dates, ir.workflow(start_date=DatetimeValue(date), schedule=schedule))
    assert (lowering.workflow.start_date is not None) == kept
    assert codes(lowering) == ([] if kept else ["DC220"])


@pytest.mark.parametrize(
    ("date", "code"),
    [("2024-01-01T00:00:00", None), ("2025-01-01T00:00:00", "DC338"), ("2030-01-01T00:00:00", "DC337")],
)
def test_a_tasks_own_start_date_is_told_unless_the_dags_is_later(ir, date, code):
    task = ir.task("a", args={"start_date": DatetimeValue(date)})
    workflow = ir.workflow(task, start_date=DatetimeValue("2024-06-01T00:00:00+00:00"))
    lowering = ir.run(lower_dates, workflow)
    assert codes(lowering) == ([code] if code else [])
    assert lowering.workflow.tasks[0].arguments == ()
