"""Arguments of tasks under their old names: renamed where the library's constructor receives them.

At each library level of the class chain, so that the user's own classes see exactly what they were given.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

from dagconv.catalog.renames import renames
from dagconv.worker.compat.relative import RelativeDate, freeze
from dagconv.worker.compat.uses import USES
from dagconv.worker.names import class_path
from dagconv.worker.read.signature import signature_of
from dagconv.worker.record import RECORDER, Construction, is_placeholder

# Airflow's own ways of calling a constructor.
_INTERNAL = frozenset({"_airflow_from_mapped", "default_args", "dag", "task_group", "params"})

# Airflow 3 insists on True or False; before, whatever counts as true was as good.
_SWITCHES = frozenset(
    {"email_on_retry", "email_on_failure", "depends_on_past", "wait_for_downstream", "do_xcom_push"}
    | {"retry_exponential_backoff", "ignore_first_depends_on_past", "wait_for_past_depends_before_skipping"}
)


def adapt_task(
    task: Any, function: Callable[..., Any], kwargs: dict[str, Any], construction: Construction | None
) -> dict[str, Any]:
    """The arguments of one constructor of the chain, in today's words."""
    owner = owner_of(type(task), function)
    if (
        owner is None
        or is_placeholder(owner)
        or "_airflow_from_mapped" in kwargs
        or RECORDER.is_user_file(function.__code__.co_filename)
    ):
        return kwargs
    renamed = construction.renamed if construction is not None else {}
    kwargs = rename_arguments(owner, kwargs, renamed)
    defaults = _old_defaults(owner, kwargs)
    if defaults:
        kwargs = {**kwargs, "default_args": {**(kwargs.get("default_args") or {}), **defaults}}
    return kwargs


def owner_of(cls: type, function: Callable[..., Any]) -> type | None:
    """The class of the chain whose constructor Airflow wrapped around this function."""
    for candidate in cls.__mro__:
        if getattr(candidate.__dict__.get("__init__"), "__wrapped__", None) is function:
            return candidate
    return None


def rename_arguments(owner: type, kwargs: dict[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    """`renamed` collects new name -> old name. Arguments that the class takes today are left alone."""
    accepted = accepted_by(owner)
    table = renames()
    result: dict[str, Any] = {}
    for name, value in kwargs.items():
        if name in accepted or name in _INTERNAL:
            result[name] = _modern_value(owner, name, value)
        elif name in (simple := arguments_of(owner, table.arguments)):
            _rename(owner, name, simple[name], value, kwargs, result, renamed)
        elif name in (ways := arguments_of(owner, table.adapted_arguments)):
            result.update(_WAYS[ways[name]](owner.__name__, value, kwargs))
        elif name in (lost := arguments_of(owner, table.lost_arguments)):
            if value is not None:
                _note("lost-argument", owner, old=name, advice=lost[name])
        elif USES.old_style:
            _note("unknown-argument-ignored", owner, old=name)
        else:
            result[name] = value  # Airflow says what is wrong with it
    return result


def _rename(
    owner: type,
    old: str,
    new: str | None,
    value: Any,
    given: Mapping[str, Any],
    result: dict[str, Any],
    renamed: dict[str, str],
) -> None:
    if new is None:
        _note("dropped-argument", owner, old=old)
    elif new in given and given[new] != value:
        _note("clashing-arguments", owner, old=old, new=new)
    else:
        _note("old-argument", owner, old=old, new=new)
        result[new] = value
        renamed[new] = old


def _note(slug: str, owner: type, **params: object) -> None:
    # A file of 1.10 shows itself by arguments that 2 refused; all others may be of either.
    generation = "1.10" if slug == "unknown-argument-ignored" else "2"
    USES.note(slug, f"{owner.__name__}({params.get('old')}=...)", generation, operator=owner.__name__, **params)


def _modern_value(owner: type, name: str, value: Any) -> Any:
    if name == "trigger_rule" and type(value) is str and value in renames().trigger_rules:
        new = renames().trigger_rules[value]
        USES.note("old-value", f"trigger_rule={value}", "2", key=name, old=value, new=new)
        return new
    if name in ("start_date", "end_date") and isinstance(value, RelativeDate):
        return frozen_date(name, value)
    if name in _SWITCHES and type(value) in (list, tuple, str, int):
        USES.note("old-value", f"{name}={value!r}", "2", key=name, old=repr(value), new=repr(bool(value)))
        return bool(value)
    if name == "default_args" and isinstance(value, dict):
        return modern_default_args(value)
    changed = arguments_of(owner, renames().changed_values).get(name, {})
    if type(value) is str and value in changed:
        _note("changed-value", owner, old=value, new=changed[value], key=name)
        return changed[value]
    return value


def frozen_date(key: str, value: RelativeDate) -> Any:
    date = freeze(value)
    USES.note("relative-start-date", "days_ago", None, key=key, date=date.isoformat())
    return date


def modern_default_args(given: dict[str, Any]) -> dict[str, Any]:
    """Default arguments in today's words, as far as every operator takes them; keys that none takes stay as they are:
    Airflow ignores them, and operators' own old names are looked for where a task is made."""
    from airflow.sdk import BaseOperator

    accepted = accepted_by(BaseOperator)
    simple = renames().arguments["airflow.sdk.BaseOperator"]
    result: dict[str, Any] = {}
    for name, value in given.items():
        new = simple.get(name) if name not in accepted else None
        if new is not None and new not in given:
            USES.note("old-argument", f"default_args[{name!r}]", "2", operator="default_args", old=name, new=new)
            result[new] = value
        elif name == "provide_context":
            USES.note("dropped-argument", "default_args['provide_context']", "2", operator="default_args", old=name)
        else:
            result[name] = _modern_value(BaseOperator, name, value) if name in accepted else value
    return result


def _old_defaults(owner: type, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Default arguments under an old name of this very operator, which Airflow would not find any more."""
    simple = arguments_of(owner, renames().arguments)
    merged = merged_defaults(kwargs)
    found = {}
    accepted = accepted_by(owner)
    for old in merged.keys() & simple.keys() - accepted:
        new = simple[old]
        if new is not None and new not in kwargs and new not in merged and new in accepted:
            _note("old-argument", owner, old=old, new=new)
            found[new] = merged[old]
    return found


def merged_defaults(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Default arguments that a task constructed now would see, as Airflow merges them."""
    from airflow.sdk.definitions._internal.contextmanager import DagContext, TaskGroupContext

    dag = kwargs.get("dag") or DagContext.get_current()
    group = kwargs.get("task_group") or (TaskGroupContext.get_current(dag) if dag is not None else None)
    return {
        **(getattr(dag, "default_args", None) or {}),
        **(getattr(group, "default_args", None) or {}),
        **(kwargs.get("default_args") or {}),
    }


@functools.cache
def accepted_by(owner: type) -> frozenset[str]:
    return frozenset(signature_of(owner).names)


def arguments_of(owner: type, table: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """The entries for a class and its bases, the nearest first."""
    found: dict[str, Any] = {}
    for cls in reversed(owner.__mro__):
        for path in (class_path(cls), f"airflow.sdk.{cls.__name__}" if cls.__name__ == "BaseOperator" else ""):
            found.update(table.get(path, {}))
    return found


def _countdown(operator: str, value: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """`waiter_countdown` seconds in all; -1 and None meant no limit, which the current classes know no word for."""
    delay = given.get("waiter_check_interval_seconds", given.get("waiter_delay", 60))
    if value is None or value == -1:
        _say(operator, "waiter_countdown", value, "waiter_max_attempts=1000000")
        return {"waiter_max_attempts": 1_000_000}
    attempts = math.ceil(value / delay)
    _say(operator, "waiter_countdown", value, f"waiter_max_attempts={attempts}, waiter_delay={delay}")
    return {"waiter_max_attempts": attempts, "waiter_delay": delay}


def _truncate_table(operator: str, value: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    if not value or "method" in given:
        return {}
    _say(operator, "truncate_table", value, "method='REPLACE'")
    return {"method": "REPLACE"}


def _use_dill(operator: str, value: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    if not value or "serializer" in given:
        return {}
    _say(operator, "use_dill", value, "serializer='dill'")
    return {"serializer": "dill"}


def _say(operator: str, name: str, value: Any, new: str) -> None:
    USES.note("converted-argument", f"{operator}({name}=...)", "2", operator=operator, old=f"{name}={value!r}", new=new)


_WAYS: dict[str, Callable[[str, Any, Mapping[str, Any]], dict[str, Any]]] = {
    "countdown": _countdown,
    "truncate-table": _truncate_table,
    "use-dill": _use_dill,
}
