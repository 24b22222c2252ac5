"""Dates that differ between two loads: by as much as the clocks, or by something else."""

from __future__ import annotations

import datetime

import pytest

from dagconv.ir.task import Argument, Operator, Origin, Task
from dagconv.ir.value import DatetimeValue
from dagconv.ir.workflow import Workflow
from dagconv.load.moving import settle_moving_dates
from dagconv.wire.answer import Loaded

SHIFT = datetime.timedelta(days=1, hours=5, minutes=17, seconds=23)
FIRST = "2025-03-04T00:00:00+00:00"


def load(text: str, name: str = "start_date") -> Loaded:
    date = DatetimeValue(text)
    own = Argument(name, date, Origin.DEFAULT_ARGS)
    task = Task("a", Operator("m.C", "m.C"), (own,))
    fields = {name: date, "default_args": (own,), "tasks": (task,)}
    return Loaded(Workflow("etl", **fields), {})


@pytest.mark.parametrize(
    ("second", "moves"),
    [
        ("2025-03-05T00:00:00+00:00", True),  # a day's beginning
        ("2025-03-06T00:00:00+00:00", True),  # the second load lies beyond another midnight
        ("2025-03-05T05:17:24+00:00", True),  # the moment itself
        ("2025-03-04T05:17:23+00:00", False),
        ("2025-03-03T00:00:00+00:00", False),
        ("2025-03-11T00:00:00+00:00", False),
        ("2025-03-05T00:00:00", False),  # one without a zone
        (FIRST, False),
    ],
)
def test_a_date_that_moves_with_the_clock_is_known_for_that(second, moves):
    (one,), (two,) = settle_moving_dates([load(FIRST)], [load(second)], SHIFT)
    assert one.workflow.start_date == DatetimeValue(FIRST)
    assert (one.workflow.era.relative, two.workflow.era.relative) == ((("start_date",),) * 2 if moves else ((), ()))
    assert (two.workflow == one.workflow) is (moves or second == FIRST)


def test_end_dates_move_too_and_each_is_named():
    (one,), (two,) = settle_moving_dates(
        [load(FIRST, "end_date")], [load("2025-03-05T00:00:00+00:00", "end_date")], SHIFT
    )
    assert one.workflow.era.relative == ("end_date",)
    assert one.workflow == two.workflow


def test_loads_of_other_dags_are_left_as_they_are():
    first, second = [load(FIRST)], [load(FIRST), load("2025-03-05T00:00:00+00:00")]
    assert settle_moving_dates(first, second, SHIFT) == (tuple(first), tuple(second))
