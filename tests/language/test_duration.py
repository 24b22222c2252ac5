"""Lengths of time keep their exact value in every form."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagconv.ir.value import TimedeltaValue
from dagconv.language import duration

DELTAS = st.timedeltas(datetime.timedelta(days=-10_000), datetime.timedelta(days=10_000))


@given(DELTAS)
def test_keywords_give_the_same_timedelta(delta: datetime.timedelta):
    value = duration.from_timedelta(delta)
    assert duration.to_timedelta(value) == delta
    assert datetime.timedelta(**duration.to_keywords(value)) == delta
    assert duration.from_keywords(duration.to_keywords(value)) == value


@given(st.integers(1, 10_000))
def test_whole_seconds_need_one_keyword(seconds: int):
    assert len(duration.to_keywords(duration.from_keywords({"seconds": seconds}))) == 1


@pytest.mark.parametrize(
    ("seconds", "keywords", "words"),
    [
        (3600, {"hours": 1}, "1 hour"),
        (300, {"minutes": 5}, "5 minutes"),
        (90, {"seconds": 90}, "1 minute 30 seconds"),
        (604800, {"days": 7}, "7 days"),
        (90061, {"seconds": 90061}, "90061 seconds"),
        (5400, {"minutes": 90}, "1 hour 30 minutes"),
        (0, {"seconds": 0}, "0 seconds"),
    ],
)
def test_forms_that_people_write(seconds: int, keywords: dict[str, int], words: str):
    assert duration.to_keywords(duration.from_keywords({"seconds": seconds})) == keywords
    assert duration.shown(seconds) == words


def test_positional_arguments_stand_in_the_order_of_timedelta():
    assert duration.from_keywords({}, (1, 2)) == TimedeltaValue(1, 2, 0)
    assert duration.from_keywords({"hours": 1}, (0, 60)) == TimedeltaValue(0, 3660, 0)


@pytest.mark.parametrize(
    ("keywords", "positional"),
    [({"months": 1}, ()), ({"days": 1}, (1,)), ({}, (1,) * 8), ({"days": 10**12}, ()), ({"days": float("nan")}, ())],
)
def test_what_timedelta_refuses_is_refused(keywords: dict[str, float], positional: tuple[float, ...]):
    with pytest.raises(ValueError):  # noqa: PT011  # the reason differs, the refusal counts
        duration.from_keywords(keywords, positional)


def test_text_is_no_number():
    with pytest.raises(ValueError, match="not a number"):
        duration.from_keywords({"seconds": "60"})


@pytest.mark.parametrize(("value", "seconds"), [(5, 5.0), (2.5, 2.5), (True, None), ("5", None), (None, None)])
def test_seconds_of_numbers(value: object, seconds: float | None):
    assert duration.seconds_of(value) == seconds


def test_whole_minutes():
    assert duration.whole_minutes(TimedeltaValue(0, 300, 0)) == 5
    assert duration.whole_minutes(TimedeltaValue(0, 301, 0)) is None
    assert duration.whole_minutes(TimedeltaValue(0, 0, 0)) is None
    assert duration.whole_minutes(TimedeltaValue(-1, 0, 0)) is None


def test_relative_dates_of_dag_factory():
    assert duration.parse_relative("2 days") == TimedeltaValue(2, 0, 0)
    assert duration.parse_relative("1 hour") == TimedeltaValue(0, 3600, 0)
    assert duration.parse_relative("2024-01-01") is None
