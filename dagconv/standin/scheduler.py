"""When the schedule of a workflow fires in the stand-in: by its cron in UTC (contract 1.5)."""

from __future__ import annotations

import datetime
from typing import Any

from dagconv.language.cron import CronError, expand_preset, next_fires, parse_cron

_MOST = 50  # at a time: a clock that was moved on by years is no reason for thousands of runs


def fires_between(dag: dict[str, Any], after: float, until: float) -> list[float]:
    """Times later than `after`, to `until`; none for a schedule that is no cron."""
    schedule = dag.get("schedule")
    try:
        fields = parse_cron(expand_preset(str(schedule)) or str(schedule))
    except CronError:
        return []
    start = datetime.datetime.fromtimestamp(after, datetime.timezone.utc)
    return [fire.timestamp() for fire in next_fires(fields, start, _MOST) if fire.timestamp() <= until]
