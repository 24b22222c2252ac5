"""Shifts back to the start of an interval, against fire times counted one by one, and what Jinja makes of them."""

from __future__ import annotations

import datetime
import functools
import itertools

import jinja2
import pytest

from dagconv.language.cron import next_fires, parse_cron
from dagconv.language.shift import (
    FixedShift,
    MonthShift,
    WeekdayShift,
    day_expression,
    moment_expression,
    shift_of_cron,
)

START = datetime.datetime(2027, 11, 3, 7, 11, tzinfo=datetime.timezone.utc)


class Macros:
    timedelta = datetime.timedelta
    datetime = datetime.datetime

    @staticmethod
    def ds_add(ds, days):
        return (datetime.date.fromisoformat(ds) + datetime.timedelta(days=days)).isoformat()


@functools.cache
def template(expression):
    return jinja2.Environment(undefined=jinja2.StrictUndefined).from_string("{{ " + expression + " }}")


def rendered(expression, fire):
    return template(expression).render(macros=Macros, ds=fire.date().isoformat(), ts=fire.isoformat())


EXACT = [
    "0 0 * * *",
    "30 6 * * *",
    "0 * * * *",
    "*/20 * * * *",
    "0 */4 * * *",
    "0 0 * * 0",
    "15 3 * * 1-5",
    "0 8-17 * * *",
    "30 9,17 * * *",
]
EXACT += ["0 12 * * 2,6", "0 0 1 * *", "45 23 28 * *"]


@pytest.mark.parametrize("cron", EXACT)
def test_expressions_give_the_fire_before(cron):
    fields = parse_cron(cron)
    shift = shift_of_cron(fields)
    # Other years than those that the shift was found by; a leap day is among them for all that fire daily or less.
    for start, fire in itertools.pairwise(next_fires(fields, START, 200)):
        assert rendered(f"({moment_expression(shift, 1, 0)}).isoformat()", fire) == start.isoformat()
        assert rendered(day_expression(shift, 1, 0), fire) == start.date().isoformat()
        tomorrow = start.date() + datetime.timedelta(days=1)
        assert rendered(day_expression(shift, 1, 1), fire) == tomorrow.isoformat()
        assert rendered(day_expression(shift, 0, 0), fire) == fire.date().isoformat()


@pytest.mark.parametrize(
    "cron", ["0 0 31 * *", "0 8-17 * * 1-5", "*/7 * * * *", "0 0 1 */3 *", "0 0 1 1 *", "0 0 1 * 1"]
)
def test_uneven_intervals_have_no_shift(cron):
    assert shift_of_cron(parse_cron(cron)) is None


def test_a_zone_of_one_offset_counts_in_utc():
    # In Tokyo the first of a month begins on the last day of the month before in UTC.
    assert shift_of_cron(parse_cron("0 3 1 * *"), 540) is None
    assert shift_of_cron(parse_cron("0 10 1 * *"), 540) == MonthShift(1)
    assert shift_of_cron(parse_cron("0 3 * * 1-5"), 540) == WeekdayShift((1, 1, 1, 1, 0, 0, 3))


def test_two_intervals_back_only_where_all_have_one_length():
    day = datetime.timedelta(days=1)
    assert day_expression(FixedShift(day), 2, 0) == "macros.ds_add(ds, -2)"
    assert day_expression(MonthShift(1), 2, 0) is None
    assert moment_expression(WeekdayShift((1,) * 7), 2, 0) is None
