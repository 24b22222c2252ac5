"""days_ago: a date that moves with every import, frozen where it only says that a DAG has started."""

from __future__ import annotations

import datetime
from typing import Any

import pendulum


class Day:
    """`conversion` is the moment of the conversion, by which both loads of a file freeze their dates."""

    conversion: datetime.datetime = datetime.datetime.now(datetime.timezone.utc)


DAY = Day()


class RelativeDate(pendulum.DateTime):  # type: ignore[misc]  # untyped here
    """A date counted from the day of the import; arithmetic keeps the class."""


def days_ago(n: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0) -> RelativeDate:
    today = datetime.datetime.now(datetime.timezone.utc).replace(
        hour=hour, minute=minute, second=second, microsecond=microsecond
    )
    day = today - datetime.timedelta(days=n)
    return RelativeDate(
        day.year, day.month, day.day, hour, minute, second, microsecond, tzinfo=pendulum.timezone("UTC")
    )


def freeze(value: RelativeDate) -> Any:
    """The same date counted from the conversion's day."""
    now = datetime.datetime.now(datetime.timezone.utc).date()
    moved = DAY.conversion.astimezone(datetime.timezone.utc).date() - now
    plain = pendulum.instance(datetime.datetime.fromisoformat(value.isoformat()), tz=value.tzinfo)
    return plain.add(days=moved.days)
