"""Small functions and constants that Airflow 3 removed, doing what they did."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import pendulum

from dagconv.worker.compat.placeholder import Inert, InertType
from dagconv.worker.compat.relative import days_ago
from dagconv.worker.compat.subdag import sub_dag_operator

Function = TypeVar("Function", bound=Callable[..., Any])

CRON_PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}


def unchanged(function: Function) -> Function:
    return function


def date_range(
    start_date: datetime.datetime,
    end_date: datetime.datetime | None = None,
    num: int | None = None,
    delta: datetime.timedelta | str | None = None,
) -> list[datetime.datetime]:
    """Dates from a start by a fixed period, to an end or a number. Raises ValueError for a cron period."""
    if not isinstance(delta, datetime.timedelta):
        raise ValueError("dagconv emulates date_range for a timedelta only")
    if num is not None:
        steps = range(0, num + (1 if num > 0 else -1), 1 if num > 0 else -1)
        return sorted(start_date + delta * step for step in steps)
    found = []
    while end_date is not None and start_date <= end_date:
        found.append(start_date)
        start_date = start_date + delta
    return found


def round_time(
    dt: datetime.datetime, delta: datetime.timedelta, start_date: datetime.datetime = datetime.datetime.min
) -> datetime.datetime:
    """The multiple of the period after the start that is nearest to a date."""
    steps, rest = divmod(dt - start_date.replace(tzinfo=dt.tzinfo), delta)
    return start_date.replace(tzinfo=dt.tzinfo) + delta * (steps + (1 if rest * 2 > delta else 0))


def _inert(module: str, name: str) -> type:
    return InertType(name, (Inert,), {"__module__": module})


EMULATED: dict[str, Any] = {
    "airflow.utils.dates.days_ago": days_ago,
    "airflow.utils.dates.date_range": date_range,
    "airflow.utils.dates.round_time": round_time,
    "airflow.utils.dates.parse_execution_date": pendulum.parse,
    "airflow.utils.dates.datetime": datetime.datetime,
    "airflow.utils.dates.timedelta": datetime.timedelta,
    "airflow.utils.dates.cron_presets": CRON_PRESETS,
    "airflow.utils.apply_defaults": unchanged,
    "airflow.utils.decorators.apply_defaults": unchanged,
    "airflow.lineage.apply_lineage": unchanged,
    "airflow.lineage.prepare_lineage": unchanged,
    "airflow.lineage.AUTO": "auto",
    **{
        f"airflow.lineage.entities.{name}": _inert("airflow.lineage.entities", name)
        for name in ("File", "Table", "Column", "User", "Tag")
    },
    **{f"airflow.lineage.datasets.{name}": _inert("airflow.lineage.datasets", name) for name in ("File", "DataSet")},
    "airflow.models.dag.DEFAULT_SCHEDULE_INTERVAL": datetime.timedelta(days=1),
    "airflow.models.dag.ScheduleIntervalArg": Any,
    "airflow.models.dag.DEFAULT_VIEW_PRESETS": ["grid", "graph", "duration", "gantt", "landing_times"],
    "airflow.models.dag.ORIENTATION_PRESETS": ["LR", "TB", "RL", "BT"],
    "airflow.operators.dagrun_operator.DagRunOrder": _inert("airflow.operators.dagrun_operator", "DagRunOrder"),
    "airflow.operators.subdag.SubDagOperator": sub_dag_operator,
    "airflow.operators.subdag_operator.SubDagOperator": sub_dag_operator,
    **{f"airflow.PY3{minor}": sys.version_info >= (3, minor) for minor in range(6, 13)},
}
