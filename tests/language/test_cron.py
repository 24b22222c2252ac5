"""Crons mean what croniter makes of them, and a shifted cron fires exactly so much later."""

from __future__ import annotations

import datetime

import pytest
from croniter import croniter
from hypothesis import assume, given
from hypothesis import strategies as st

from dagconv.language.cron import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    WEEKDAY,
    CronError,
    CronFields,
    Field,
    expand_preset,
    next_fires,
    parse_cron,
    print_field,
)
from dagconv.language.cron_shift import cron_for_period, same_times, shift_cron

UTC = datetime.timezone.utc
START = datetime.datetime(2024, 2, 27, 13, 37, tzinfo=UTC)


def items(field: Field) -> st.SearchStrategy[str]:
    number = st.integers(field.low, field.high).map(str)
    names = st.sampled_from([name for name, _ in field.names]) if field.names else number
    spans = st.tuples(number, number).map("-".join)
    steps = st.tuples(st.one_of(st.just("*"), spans), st.integers(1, 30).map(str)).map("/".join)
    return st.one_of(st.just("*"), number, names, spans, steps)


def texts(field: Field, *more: str) -> st.SearchStrategy[str]:
    listed = st.lists(items(field), min_size=1, max_size=3).map(",".join)
    return st.one_of(st.just("*"), listed, *([st.sampled_from(more)] if more else []))


CRONS = st.tuples(
    texts(MINUTE), texts(HOUR), texts(DAY, "L", "l,15", "?"), texts(MONTH), texts(WEEKDAY, "5#2", "L5", "mon#1,fri#5")
).map(" ".join)


def croniter_fires(text: str, after: datetime.datetime, count: int) -> list[datetime.datetime]:
    walk = croniter(text, after, ret_type=datetime.datetime)
    return [walk.get_next() for _ in range(count)]


def parsed(text: str) -> CronFields:
    try:
        return parse_cron(text)
    except CronError:
        assume(False)
        raise


@given(CRONS, st.datetimes(datetime.datetime(2023, 1, 1), datetime.datetime(2028, 12, 31), timezones=st.just(UTC)))
def test_fire_times_are_those_of_croniter(text: str, after: datetime.datetime):
    mine = next_fires(parsed(text), after, 5)
    assume(len(mine) == 5)
    assert mine == croniter_fires(text, after, 5)


@given(CRONS)
def test_whatever_is_accepted_croniter_accepts(text: str):
    parsed(text)
    assert croniter.is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "*/15 9-17 * * mon-fri", "0 0 29 2 *", "0 6 1-7 * 1", "0 0 */2 * 1", "5 4 * jan,JUL sun", "0 0 L * *",
        "0 12 * * 5#2", "0 12 * * L5", "0 0 1 11-2 *", "0 0 * * 5-7", "0 0 * * fri-mon", "0 0 31 * *", "30 5/6 * * *",
        "0 0 */1 * 1", "0 0 1 * */1", "@daily", "@quarterly", "0 0 * * 0-7", "0 0 ? * 3",
    ],
)  # fmt: skip
def test_fire_times_of_usual_and_odd_crons(text: str):
    five = expand_preset(text) or text
    assert next_fires(parse_cron(text), START, 6) == croniter_fires(five, START, 6)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0 0 * *", "five fields"),
        ("0 0 * * * *", "five fields"),
        ("60 * * * *", "outside"),
        ("0 0 0 * *", "outside"),
        ("0 0 * 13 *", "outside"),
        ("0 0 * * 8", "outside"),
        ("*/0 * * * *", "step"),
        ("a * * * *", "not a value"),
        ("5-5 * * * *", "different ways"),
        ("50-10 * * * *", "backwards"),
        ("0 0 15W * *", "not a value"),
        ("0 0 * * 1,5#2", "stand alone"),
        ("0 0 1 * 5#2", "stand alone"),
        ("0 0 * * *,1", "in a list"),
        ("H * * * *", "not a value"),
        ("", "five fields"),
        ("٣ * * * *", "not a value"),
        ("@once", "five fields"),
        ("0 0 * * 1/2", "different ways"),
    ],
)
def test_what_is_no_cron_is_refused_with_the_reason(text: str, reason: str):
    with pytest.raises(CronError, match=reason):
        parse_cron(text)


def test_a_day_that_never_comes_has_no_fires():
    assert next_fires(parse_cron("0 0 30 2 *"), START, 1) == []


@pytest.mark.parametrize(
    ("text", "both"),
    [("0 0 1 * 1", True), ("0 0 */2 * 1", True), ("0 0 * * 1", False), ("0 0 ? * 1", False), ("@monthly", False)],
)
def test_both_day_fields(text: str, both: bool):
    assert parse_cron(text).both_days is both


@given(st.frozensets(st.integers(0, 59), min_size=1))
def test_a_printed_field_reads_back(values: frozenset[int]):
    assert parse_cron(f"{print_field(MINUTE, values)} * * * *").minutes == values


@given(st.frozensets(st.integers(0, 6), min_size=1))
def test_printed_weekdays_read_back(values: frozenset[int]):
    assert parse_cron(f"0 0 * * {print_field(WEEKDAY, values)}").weekdays == values


@given(st.frozensets(st.integers(1, 31), min_size=1))
def test_printed_days_read_back(values: frozenset[int]):
    assert parse_cron(f"0 0 {print_field(DAY, values)} * *").days == values


@given(CRONS, st.sampled_from([-720, -330, -300, -60, -45, 45, 60, 120, 345, 540, 600, 840]))
def test_a_shifted_cron_fires_exactly_so_much_later(text: str, minutes: int):
    fields = parsed(text)
    shifted = shift_cron(fields, minutes)
    assume(shifted is not None)
    assert shifted is not None
    before = next_fires(fields, START, 40)
    delta = datetime.timedelta(minutes=minutes)
    assert next_fires(parse_cron(shifted), START + delta, 40) == [moment + delta for moment in before]


@pytest.mark.parametrize(
    ("text", "minutes", "shifted"),
    [
        ("0 5 * * *", -120, "0 3 * * *"),
        ("0 1 * * *", -120, "0 23 * * *"),
        ("0 1 * * 1-5", -120, "0 23 * * 0-4"),
        ("0 22 * * sun", 180, "0 1 * * 1"),
        ("0 1 2 * *", -120, "0 23 1 * *"),
        ("0 23 27 3 *", 120, "0 1 28 3 *"),
        ("*/15 * * * *", -330, "*/15 * * * *"),
        ("0 * * * *", 345, "45 * * * *"),
        ("0 8,20 * * *", -330, "30 2,14 * * *"),
        ("0 0 1 1 *", 0, "0 0 1 1 *"),
        ("0 12 L * *", 60, "0 13 L * *"),
    ],
)
def test_shifts_that_are_exact(text: str, minutes: int, shifted: str):
    assert shift_cron(parse_cron(text), minutes) == shifted


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0 1 1 * *", -120),  # the day before the first has another number each month
        ("0 23 28 * *", 120),  # in February the day after the 28th may be the first
        ("0 1 31 * *", -120),
        ("0 1 * 3 *", -120),  # 28 February is in another month
        ("0 1,12 * * 1", -120),  # one of the two times changes its day
        ("0 9-17 * * 1-5", -1000),
        ("0,30 8,9 * * *", -15),  # 7:45, 8:15, 8:45, 9:15: minute 15 does not go with hour 7
        ("0 23 L * *", 120),
        ("0 1 1 * 1", -120),
        ("0 1 * * 5#2", -120),
    ],
)
def test_shifts_that_no_cron_expresses(text: str, minutes: int):
    assert shift_cron(parse_cron(text), minutes) is None


@given(
    st.sampled_from([1, 2, 5, 7, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440, 2880, 10080]),
    st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2030, 1, 1)),
)
def test_a_period_becomes_the_cron_of_its_multiples(minutes: int, anchor: datetime.datetime):
    anchor = anchor.replace(second=0, microsecond=0, tzinfo=UTC)
    period = datetime.timedelta(minutes=minutes)
    text = cron_for_period(period, anchor)
    assume(text is not None)
    assert text is not None
    assert next_fires(parse_cron(text), anchor, 50) == [anchor + period * n for n in range(1, 51)]


@pytest.mark.parametrize(
    ("period", "anchor", "cron"),
    [
        (datetime.timedelta(minutes=15), datetime.datetime(2024, 1, 1, 0, 5), "5-59/15 * * * *"),
        (datetime.timedelta(hours=6), datetime.datetime(2024, 1, 1, 3, 30), "30 3-23/6 * * *"),
        (datetime.timedelta(days=1), datetime.datetime(2024, 1, 1, 6), "0 6 * * *"),
        (datetime.timedelta(days=7), datetime.datetime(1970, 1, 1), "0 0 * * 4"),
        (datetime.timedelta(minutes=90), datetime.datetime(2024, 1, 1), None),
        (datetime.timedelta(minutes=7), datetime.datetime(2024, 1, 1), None),
        (datetime.timedelta(days=2), datetime.datetime(2024, 1, 1), None),
        (datetime.timedelta(seconds=90), datetime.datetime(2024, 1, 1), None),
        (datetime.timedelta(hours=1), datetime.datetime(2024, 1, 1, 0, 0, 30), None),
        (datetime.timedelta(0), datetime.datetime(2024, 1, 1), None),
        (datetime.timedelta(hours=-1), datetime.datetime(2024, 1, 1), None),
    ],
)
def test_cron_for_a_period(period: datetime.timedelta, anchor: datetime.datetime, cron: str | None):
    assert cron_for_period(period, anchor.replace(tzinfo=UTC)) == cron


def test_two_spellings_of_the_same_times():
    assert same_times("0 0 * * sun", "@weekly")
    assert same_times("0 0 * * 7", "0 0 * * 0")
    assert not same_times("0 0 * * 1", "0 0 1 * *")
