"""Until when a result holds, although nothing that was read changes: what compiling compares with the present."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator

from dagconv.ir.schedule import Cron, MultipleCron
from dagconv.ir.value import DatetimeValue
from dagconv.ir.workflow import Workflow

# Room for zones, and for dates that are moved by hours before they are compared.
_NEAR = datetime.timedelta(days=2)
_DATES = ("start_date", "end_date")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
FOREVER = datetime.datetime.max.replace(tzinfo=datetime.timezone.utc)


def lasts_until(workflows: Iterable[Workflow], now: datetime.datetime) -> datetime.datetime:
    """The moment up to which compiling these workflows comes to the same as `now`; `now` itself where a date lies so
    near that every minute counts."""
    until = FOREVER
    for workflow in workflows:
        if _rests_on_the_day(workflow):
            until = min(until, next_day(now))
        if _names_years(workflow):
            return now
        for date in _dates(workflow):
            if date is None or abs(date - now) <= _NEAR:
                return now
            if date > now:
                until = min(until, date - _NEAR)
    return until


def next_day(now: datetime.datetime) -> datetime.datetime:
    """The next midnight, UTC."""
    return datetime.datetime.combine(now.date() + datetime.timedelta(days=1), datetime.time.min, now.tzinfo)


def _rests_on_the_day(workflow: Workflow) -> bool:
    """Offsets of zones are those of the year to come; dates that count from the import are filled in for today."""
    return bool(workflow.era.relative) or getattr(workflow.schedule, "timezone", "UTC") != "UTC"


def _names_years(workflow: Workflow) -> bool:
    """Whether the schedule can be over: a cron with years."""
    match workflow.schedule:
        case Cron(text, expression):
            return bool(_YEAR.search(f"{text} {expression}"))
        case MultipleCron(expressions):
            return bool(_YEAR.search(" ".join(expressions)))
    return False


def _dates(workflow: Workflow) -> Iterator[datetime.datetime | None]:
    """None for one whose moment is not known."""
    arguments = [*workflow.default_args, *(argument for task in workflow.tasks for argument in task.arguments)]
    values = [workflow.start_date, workflow.end_date, *(one.value for one in arguments if one.name in _DATES)]
    for value in values:
        if isinstance(value, DatetimeValue | str):
            yield _instant(value if isinstance(value, str) else value.text)


def _instant(text: str) -> datetime.datetime | None:
    try:
        found = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)
