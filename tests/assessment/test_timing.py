"""Schedules in words and their next runs, against days looked up in a calendar."""

from __future__ import annotations

import datetime

import pytest

from dagconv.assessment.timing import Timing, timing_of
from dagconv.ir.schedule import NO_SCHEDULE, Assets, Continuous, Cron, Delta, MultipleCron, Once, Rate
from dagconv.ir.value import DatetimeValue, TimedeltaValue

# A Tuesday.
NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.timezone.utc)


def cron(text, **more):
    return Cron(text, text, **more)


@pytest.mark.parametrize(
    ("schedule", "words", "runs", "weekly"),
    [
        (NO_SCHEDULE, "on demand", (), 0),
        (cron("0 2 * * *"), "at 02:00 UTC", ("2026-11-25T02:00Z", "2026-11-26T02:00Z", "2026-11-27T02:00Z"), 7),
        (cron("0 0 29 2 *"), "at 00:00, on day 29 of the month, only in February UTC", ("2028-02-29T00:00Z",), 0),
        (cron("*/30 * * * *"), "every 30 minutes UTC", ("2026-11-24T12:30Z",), 336),
        # New York is five hours behind in winter.
        (cron("0 2 * * 1-5", timezone="America/New_York"), "at 02:00, Monday through Friday (America/New_York)",
         ("2026-11-25T07:00Z", "2026-11-26T07:00Z", "2026-11-27T07:00Z"), 5),
        (MultipleCron(("0 6 * * *", "0 18 * * *")), "at 06:00; at 18:00 UTC",
         ("2026-11-24T18:00Z", "2026-11-25T06:00Z", "2026-11-25T18:00Z"), 14),
        (Delta(TimedeltaValue(0, 5400, 0)), "every 1 hour 30 minutes, counted from the start date", (), None),
        (Rate(60), "every hour, counted from the workflow's creation", (), None),
        (Rate(2880), "every 2 days, counted from the workflow's creation", (), None),
        (Once(), "once", (), None),
        (Continuous(), "again as soon as a run has ended", (), None),
        (Assets(("s3://b/k",), with_time=True), "when s3://b/k is updated or by time", (), None),
    ],
)  # fmt: skip
def test_words_and_runs(schedule, words, runs, weekly):
    found = timing_of(schedule, None, NOW)
    assert (found.words, found.weekly) == (words, weekly)
    assert found.runs[: len(runs)] == runs
    assert bool(found.runs) == bool(runs)


def test_a_start_date_to_come_holds_the_first_run_back():
    """A run at an interval's end begins one interval after the first day; one at its moment on that day."""
    start = DatetimeValue("2026-12-24T00:00:00+00:00")
    assert timing_of(cron("0 0 * * *", data_intervals=True), start, NOW).runs[0] == "2026-12-25T00:00Z"
    assert timing_of(cron("0 0 * * *"), start, NOW).runs[0] == "2026-12-24T00:00Z"
    assert (
        timing_of(cron("0 0 * * *", data_intervals=True), DatetimeValue("2020-01-01"), NOW).runs[0]
        == "2026-11-25T00:00Z"
    )


def test_what_no_reader_takes_for_sure_has_words_and_no_runs():
    assert timing_of(cron("0 0 * * 5-5"), None, NOW).runs == ()


def test_only_what_runs_by_itself_is_scheduled():
    assert not timing_of(NO_SCHEDULE, None, NOW).scheduled
    assert timing_of(Once(), None, NOW).scheduled
    assert Timing("x").scheduled
