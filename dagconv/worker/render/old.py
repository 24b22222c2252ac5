"""The context of a run in Airflow 2 and 1.10, emulated: what their templates knew and Airflow 3 does not.

Compared with Airflow 2.7.3 and 2.11.0 themselves by `make context-tables`; that of 1.10.15 is read off its source.
"""

from __future__ import annotations

import collections
import datetime
import types
from collections.abc import Iterable
from typing import Any

import pendulum

from dagconv.worker.render.engine import conf_of, params_of
from dagconv.worker.render.run import Run
from dagconv.worker.render.values import Named, Outputs, variables_of

# Releases by what differs between them: pendulum 1 or 2 up to 2.7, pendulum 3 from 2.8 on.
OLDEST, OLDER, NEWEST = "1.10", "2.7", "2.11"


def old_context(task: Any, run: Run, outputs: Outputs, index: int, release: str) -> dict[str, Any]:
    """What `TaskInstance.get_template_context` gave, for a task of the source as Airflow 3 holds it."""
    from airflow.configuration import conf
    from airflow.sdk.execution_time.context import MacrosAccessor

    logical = as_printed(run.logical, release)
    neighbours = as_printed(run.previous, release), as_printed(run.next, release)
    ds = logical.strftime("%Y-%m-%d")
    days = {"yesterday": datetime.timedelta(days=-1), "tomorrow": datetime.timedelta(days=1)}
    context: dict[str, Any] = {
        "conf": conf,
        "dag": task.dag,
        "dag_run": _dag_run(task, run, release),
        "execution_date": logical,
        "inlets": task.inlets,
        "macros": MacrosAccessor(),
        "outlets": task.outlets,
        "params": params_of(task, run),
        "run_id": run.run_id,
        "task": task,
        "task_instance_key_str": f"{task.dag_id}__{task.task_id}__{ds.replace('-', '')}",
        "test_mode": False,
        "ts": logical.isoformat(),
        "ts_nodash": logical.strftime("%Y%m%dT%H%M%S"),
        "ts_nodash_with_tz": logical.isoformat().replace("-", "").replace(":", ""),
        "var": variables_of(run.variables, run.occasion.values),
        **_days("", logical),
        **{key: text for word, day in days.items() for key, text in _days(f"{word}_", logical + day).items()},
    }
    for word, moment in zip(("prev", "next"), neighbours, strict=True):
        context[f"{word}_execution_date"] = moment
        context.update(_days(f"{word}_", moment))
    before = as_printed(run.start - datetime.timedelta(days=1), release)
    context |= {"prev_execution_date_success": before, "prev_start_date_success": before}
    if release != OLDEST:
        context |= {
            "conn": Named("conn", "nested"),
            "data_interval_end": as_printed(run.end, release),
            "data_interval_start": as_printed(run.start, release),
            "expanded_ti_count": None,
            "logical_date": logical,
            "map_index_template": None,
            "prev_data_interval_end_success": before,
            "prev_data_interval_start_success": before,
            "prev_end_date_success": before,
            "triggering_dataset_events": collections.defaultdict(list),
        }
    else:
        context |= dict.fromkeys(("END_DATE", "end_date", "latest_date"), ds)
        context["tables"] = None
    context["ti"] = context["task_instance"] = OldInstance(task, run, outputs, index, release)
    return context


def _days(prefix: str, moment: Any) -> dict[str, Any]:
    day = moment.strftime("%Y-%m-%d") if moment is not None else None
    return {f"{prefix}ds": day, f"{prefix}ds_nodash": day.replace("-", "") if day else None}


def _dag_run(task: Any, run: Run, release: str) -> Any:
    logical = as_printed(run.logical, release)
    return types.SimpleNamespace(
        dag_id=task.dag_id,
        run_id=run.run_id,
        execution_date=logical,
        logical_date=logical,
        data_interval_start=as_printed(run.start, release),
        data_interval_end=as_printed(run.end, release),
        start_date=as_printed(run.moment, release),
        external_trigger=not run.occasion.scheduled,
        run_type="scheduled" if run.occasion.scheduled else "manual",
        state="running",
        conf=conf_of(run) or (None if release == OLDEST else {}),
    )


class OldInstance:
    """What templates may ask of `ti`."""

    def __init__(self, task: Any, run: Run, outputs: Outputs, index: int, release: str) -> None:
        self.task, self.task_id, self.dag_id = task, task.task_id, task.dag_id
        self.run_id, self.map_index, self.try_number = run.run_id, index, 1
        self.execution_date = as_printed(run.logical, release)
        self.start_date = run.moment
        self._outputs, self._release = outputs, release

    def xcom_pull(
        self,
        task_ids: str | Iterable[str] | None = None,
        dag_id: str | None = None,
        key: str = "return_value",
        include_prior_dates: bool = False,
        session: Any = None,
        *,
        map_indexes: int | Iterable[int] | None = None,
        default: Any = None,
    ) -> Any:
        """Airflow 2.3 to 2.11, models/taskinstance.py: one id gives a value, or a list if the task is mapped."""
        del include_prior_dates, session
        dag = dag_id or self.dag_id
        if task_ids is None or isinstance(task_ids, str):
            task_id = task_ids or "any task"  # whichever gave the key last
            found = self._outputs.of(task_id, key, dag)
            if isinstance(map_indexes, int):
                return found[map_indexes] if 0 <= map_indexes < len(found) else default
            if self._outputs.is_mapped(task_id):
                return Lazy(value for value in found if value is not None)
            return default if found[0] is None else found[0]
        listed = [value for task_id in task_ids for value in self._outputs.of(task_id, key, dag)]
        if self._release == OLDEST:
            return listed
        there = [value for value in listed if value is not None]
        return there if self._release == OLDER else Lazy(there)


class Lazy(list[Any]):
    """The results of several instances or tasks, which Airflow 2 did not print as a list."""

    def __str__(self) -> str:
        return f"LazySelectSequence([{len(self)} items])"

    __repr__ = __str__


class Date(pendulum.DateTime):  # type: ignore[misc]
    """A date as pendulum 1 and 2 had it, which Airflow used up to 2.7: printed with a T, weeks from Sunday on."""

    def __str__(self) -> str:
        return str(self.isoformat())

    @property
    def day_of_week(self) -> int:
        return int(self.isoweekday() % 7)


def as_printed(moment: Any, release: str) -> Any:
    if moment is None or release == NEWEST:
        return moment
    parts = moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond
    return Date(*parts, tzinfo=moment.tzinfo, fold=moment.fold)
