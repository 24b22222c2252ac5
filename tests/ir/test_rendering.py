"""Plans and renderings as they cross the pipe, and what an occasion says of itself."""

from __future__ import annotations

import datetime

import pytest

from dagconv.ir import codec
from dagconv.ir.rendering import OWN_MOMENT, Occasion, Pair, Rendered, Rendering, RenderPlan, Runs
from dagconv.ir.schedule import Cron, Delta
from dagconv.ir.value import TimedeltaValue

BY_HAND = Occasion("by hand", False, "2025-06-11T10:37:21+00:00", "list")
PLAN = RenderPlan(
    "d",
    Runs("2", Cron("@daily", "0 0 * * *", "Europe/Paris", data_intervals=True)),
    (BY_HAND,),
    (Pair("a", "a"), Pair("l__1", "l", 1)),
    (("l", ("l__0", "l__1")),),
)


def test_a_plan_and_a_rendering_come_back_from_json():
    rendering = Rendering((Rendered("a", "f", '"x"', ('"y"', '"z"'), ("ds",), False),))
    for node in (PLAN, rendering, RenderPlan("d", Runs("3", Delta(TimedeltaValue(1, 0, 0))), (), ())):
        assert codec.decode(type(node), codec.encode(node)) == node


@pytest.mark.parametrize("damage", [{"fields": [{}]}, {"fields": None}, {"more": []}, []])
def test_a_rendering_of_another_shape_is_a_decode_error(damage):
    with pytest.raises(codec.DecodeError):
        codec.decode(Rendering, damage)


def test_only_who_starts_a_run_can_give_it_values():
    assert BY_HAND.is_given_values
    assert not Occasion("scheduled", True, BY_HAND.moment, "list").is_given_values
    assert not Occasion("by hand", False, BY_HAND.moment, "none").is_given_values
    assert BY_HAND.start == datetime.datetime(2025, 6, 11, 10, 37, 21, tzinfo=datetime.timezone.utc)
    assert OWN_MOMENT.generation == "3"
