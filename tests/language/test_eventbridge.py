"""rate() and cron() are read as EventBridge defines them."""

from __future__ import annotations

import pytest

from dagconv.language.cron import CronError
from dagconv.language.eventbridge import is_eventbridge, parse_aws_cron, parse_rate, print_rate


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("rate(1 minute)", 1),
        ("rate(5 minutes)", 5),
        ("rate(1 hour)", 60),
        ("rate(2 days)", 2880),
        (" rate(1 day) ", 1440),
    ],
)
def test_a_rate_is_minutes_and_is_printed_back(text: str, minutes: int):
    assert parse_rate(text) == minutes
    assert print_rate(minutes) == text.strip()


@pytest.mark.parametrize(
    "text", ["rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(5)", "rate(-1 hour)", "rate(1.5 hours)",
             "rate(1 week)", "rate(5 minutes", "RATE(5 minutes)"],
)  # fmt: skip
def test_what_is_no_rate(text: str):
    with pytest.raises(CronError):
        parse_rate(text)


def test_a_rate_of_less_than_a_minute_has_no_form():
    with pytest.raises(CronError):
        print_rate(0)


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 10 * * ? *)", "cron(15 12 * * ? *)", "cron(0 18 ? * MON-FRI *)", "cron(0 8 1 * ? *)",
        "cron(0/10 * ? * MON-FRI *)", "cron(0 9 ? * 2#1 *)", "cron(0 0 L * ? *)", "cron(0 0 15W * ? *)",
        "cron(0 0 ? * 6L *)", "cron(0 0 1 JAN ? 2026-2030)", "cron(*/5 8-17 ? * mon *)",
    ],
)  # fmt: skip
def test_a_cron_of_eventbridge(text: str):
    assert len(parse_aws_cron(text).fields) == 6
    assert is_eventbridge(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("cron(0 10 * * *)", "six fields"),
        ("cron(0 10 * * * *)", "exactly one"),
        ("cron(0 10 ? * ? *)", "exactly one"),
        ("cron(60 10 * * ? *)", "minute"),
        ("cron(0 24 * * ? *)", "hour"),
        ("cron(0 0 ? * 0 *)", "day of week"),
        ("cron(0 0 * * ? 1969)", "year"),
        ("cron(0 0 * FOO ? *)", "month"),
        ("cron(0 5-2 * * ? *)", "no range"),
        ("cron(0/0 5 * * ? *)", "step"),
        ("0 0 * * *", "cron"),
    ],
)
def test_what_is_no_cron_of_eventbridge(text: str, reason: str):
    with pytest.raises(CronError, match=reason):
        parse_aws_cron(text)


def test_a_plain_cron_is_not_meant_for_eventbridge():
    assert not is_eventbridge("0 0 * * *")
