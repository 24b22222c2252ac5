"""How long a result holds by itself: the dates and zones that compiling compares with the present."""

from __future__ import annotations

import datetime

import pytest

from dagconv.cache.lasting import FOREVER, lasts_until
from dagconv.ir.schedule import Cron
from dagconv.ir.task import Argument, Operator, Task
from dagconv.ir.value import DatetimeValue
from dagconv.ir.workflow import Era, Workflow

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.timezone.utc)
MIDNIGHT = datetime.datetime(2026, 11, 24, tzinfo=datetime.timezone.utc)


def task(**arguments):
    return Task("t", Operator("a.B", "a.B"), tuple(Argument(name, value) for name, value in arguments.items()))


@pytest.mark.parametrize(
    ("workflow", "until"),
    [
        (Workflow("etl"), FOREVER),
        (Workflow("etl", start_date=DatetimeValue("2020-01-01T00:00:00+00:00")), FOREVER),
        (Workflow("etl", start_date=DatetimeValue("2020-01-01T00:00:00")), FOREVER),
        (
            Workflow("etl", end_date=DatetimeValue("2027-01-03T00:00:00+00:00")),
            datetime.datetime(2027, 1, 1, tzinfo=datetime.timezone.utc),
        ),
        (Workflow("etl", start_date=DatetimeValue("2026-11-23T18:00:00+00:00")), NOW),
        (Workflow("etl", start_date=DatetimeValue("2026-11-22T18:00:00+00:00")), NOW),
        (Workflow("etl", tasks=(task(start_date=DatetimeValue("2026-11-23T18:00:00+00:00")),)), NOW),
        (Workflow("etl", tasks=(task(start_date="2026-11-23"),)), NOW),
        (Workflow("etl", tasks=(task(start_date="tomorrow"),)), NOW),
        (Workflow("etl", default_args=(Argument("end_date", DatetimeValue("2026-11-24T00:00:00+00:00")),)), NOW),
        (Workflow("etl", tasks=(task(bucket="2026-11-23"),)), FOREVER),
        (Workflow("etl", schedule=Cron("@daily", "0 0 * * *")), FOREVER),
        (Workflow("etl", schedule=Cron("@daily", "0 0 * * *", "Europe/Vienna")), MIDNIGHT),
        (Workflow("etl", era=Era(relative=("start_date",))), MIDNIGHT),
        (Workflow("etl", schedule=Cron("cron(0 12 1 12 ? 2026)", "0 12 1 12 * 2026")), NOW),
    ],
)
def test_until(workflow, until):
    assert lasts_until([workflow], NOW) == until
    assert lasts_until([Workflow("other"), workflow], NOW) == until
