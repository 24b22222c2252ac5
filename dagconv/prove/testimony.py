"""Compares what the worker's witness saw of the objects on both sides, apart from what was declared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from dagconv.ir.change import Change

Difference = tuple["str | None", str, "str | None", "str | None"]

# Attributes that a constructor derives from an argument of another name (Airflow 3.0.6, BaseOperator.__init__).
_DERIVED = {
    "pre_execute": ("_pre_execute_hook",),
    "post_execute": ("_post_execute_hook",),
    "task_display_name": ("_task_display_name",),
    "logger_name": ("_logger_name",),
    "wait_for_downstream": ("depends_on_past",),
    "setup": ("is_setup",),
    "teardown": ("is_teardown",),
    "on_failure_fail_dagrun": ("_on_failure_fail_dagrun",),
}
_DAG_LEVEL = {
    "schedule": ("timetable", "timezone"),
    "start_date": ("start_date", "timezone"),
    "end_date": ("end_date",),
    "params": ("params",),
}


def compare_testimony(source: Any, reload: Any, changes: Sequence[Change]) -> Iterator[Difference]:
    """(task, what, before, after) for each difference that no change declares."""
    declared: dict[str | None, set[str]] = {}
    for change in changes:
        names = (change.field, *_DERIVED.get(change.field, ()), change.field.removeprefix("residue:"))
        declared.setdefault(change.task_id, set()).update(names)
    at_dag = declared.get(None, set())
    made = {c.task_id for c in changes if c.field == "task_id"}
    gone = {c.after for c in changes if c.field == "task_id"}
    before, after = source.get("tasks", {}), reload.get("tasks", {})
    for task_id in sorted((before.keys() | after.keys()) - made - gone):
        if task_id not in before or task_id not in after:
            yield task_id, "task", *(("there", None) if task_id in before else (None, "there"))
            continue
        allowed = declared.get(task_id, set()) | _inherited(at_dag)
        yield from _compare_task(task_id, before[task_id], after[task_id], allowed)
    yield from _compare_dag(source.get("dag", {}), reload.get("dag", {}), declared, made | gone)


def _inherited(at_dag: set[str]) -> set[str]:
    """Airflow gives the DAG's dates and params to each task."""
    return at_dag & {"start_date", "end_date", "params"}


def _compare_task(task_id: str, before: Any, after: Any, allowed: set[str]) -> Iterator[Difference]:
    if before["class"] != after["class"] and "operator" not in allowed:
        yield task_id, "class", before["class"], after["class"]
    one, two = before["attributes"], after["attributes"]
    for name in sorted(one.keys() | two.keys()):
        if one.get(name) != two.get(name) and name not in allowed:
            yield task_id, name, one.get(name), two.get(name)


def _compare_dag(
    before: Any, after: Any, declared: dict[str | None, set[str]], unrolled: set[Any]
) -> Iterator[Difference]:
    allowed = {name for field in declared.get(None, ()) for name in _DAG_LEVEL.get(field, ())}
    one, two = ({**side.get("level", {}), "params": side.get("params")} for side in (before, after))
    for name in sorted(one.keys() | two.keys()):
        if one.get(name) != two.get(name) and name not in allowed:
            yield None, name, one.get(name), two.get(name)
    edges = [dict(side.get("edges", ())) for side in (before, after)]
    for task_id in sorted((edges[0].keys() | edges[1].keys()) - unrolled):
        ups = [edge.get(task_id) for edge in edges]
        if ups[0] != ups[1] and "upstream" not in declared.get(task_id, ()):
            yield task_id, "upstream", *(json.dumps(up) for up in ups)
