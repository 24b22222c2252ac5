"""Texts by which schedules, params and mappings are compared: equal exactly where the meaning is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dagconv.ir.meaning import mapping_text, params_text, schedule_text
from dagconv.ir.schedule import Cron, Delta
from dagconv.ir.task import MISSING, Mapping
from dagconv.ir.value import ListValue, MapValue, TimedeltaValue
from dagconv.ir.workflow import Param

DAILY = Cron("@daily", "0 0 * * *")


def test_wording_and_builder_of_a_cron_mean_nothing():
    assert schedule_text(DAILY) == schedule_text(replace(DAILY, text="0 0 * * *", timetable=True))


@pytest.mark.parametrize("change", [{"expression": "0 1 * * *"}, {"timezone": "Asia/Tokyo"}, {"data_intervals": True}])
def test_whatever_else_a_cron_says_means_something(change):
    assert schedule_text(DAILY) != schedule_text(replace(DAILY, **change))


def test_a_period_is_no_cron():
    assert schedule_text(Delta(TimedeltaValue(1, 0, 0))) != schedule_text(DAILY)


def test_a_param_object_that_says_nothing_besides_is_its_value():
    assert params_text(()) is MISSING
    assert params_text((Param("a", 1, typed=True),)) == params_text((Param("a", 1),))
    assert params_text((Param("a", 1),)) != params_text((Param("a", 1.0),))


def test_what_a_task_is_mapped_over_is_part_of_the_text():
    over = [Mapping("expand", MapValue((("bucket", ListValue(items)),))) for items in (("a",), ("b",))]
    assert mapping_text(over[0]) != mapping_text(over[1])
