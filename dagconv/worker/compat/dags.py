"""Arguments of DAGs under their old names, by position, or no longer there: put into today's words."""

from __future__ import annotations

import datetime
from typing import Any

from dagconv.catalog.renames import renames
from dagconv.worker.compat.relative import RelativeDate
from dagconv.worker.compat.tasks import frozen_date, modern_default_args
from dagconv.worker.compat.uses import USES

# Airflow 3 insists on a number; before, None was as good as nothing.
_NUMBERS = ("max_active_tasks", "max_active_runs", "concurrency")


def adapt_dag(
    args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any], dict[str, str], tuple[str, ...]]:
    """The arguments as Airflow 3 takes them, new name -> old name of those renamed, and the dates that move."""
    table = renames()
    renamed: dict[str, str] = {}
    given = dict(kwargs)
    args = _name_positions(args, given)
    for old, new in table.dag_renamed.items():
        if old in given:
            _rename(old, new, given, renamed)
    for old in sorted(table.dag_dropped & given.keys()):
        del given[old]
        USES.note("dropped-dag-argument", f"DAG({old}=...)", "2", old=old)
    for name in _NUMBERS:
        if name in given and given[name] is None:
            del given[name]
    if "default_args" in given and given["default_args"] is None:
        del given["default_args"]
    defaults = given["default_args"] if isinstance(given.get("default_args"), dict) else {}
    relative = tuple(n for n in ("start_date", "end_date") if isinstance(given.get(n, defaults.get(n)), RelativeDate))
    if defaults:
        given["default_args"] = modern_default_args(defaults)
    for name in ("start_date", "end_date"):
        if isinstance(given.get(name), RelativeDate):
            given[name] = frozen_date(name, given[name])
    return args, given, renamed, relative


def _rename(old: str, new: str, given: dict[str, Any], renamed: dict[str, str]) -> None:
    value = given.pop(old)
    if new in given and given[new] is not value and given[new] != value:
        USES.note("clashing-arguments", f"DAG({old}=...)", "2", operator="DAG", old=old, new=new)
        return
    given[new] = value
    renamed[new] = old
    USES.note("old-dag-argument", f"DAG({old}=...)", "2", old=old, new=new)


def _name_positions(args: tuple[Any, ...], given: dict[str, Any]) -> tuple[Any, ...]:
    """All but the id by name. The fourth argument differed between releases; a date is the start in all that had it."""
    names = renames().dag_positional
    later = args[1:]
    if not later or len(args) > len(names):
        return args
    if len(args) > 3 and not isinstance(args[3], (datetime.date, type(None))):
        return args
    for name, value in zip(names[1:], later, strict=False):
        if name in given:
            return args  # Airflow says that it is given twice
        given[name] = value
        USES.note("old-dag-argument", f"{name} of DAG by position", "2", old=f"{name} by position", new=f"{name}=")
    return args[:1]
