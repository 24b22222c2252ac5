"""Mapped operators: what they are mapped over, and the instances that Airflow would make of literal values."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagconv.ir import codec
from dagconv.ir.value import MapValue, Value
from dagconv.worker.read.value import read_value
from dagconv.worker.record import RECORDER, construction_of


class InstancesFailError(Exception):
    """Airflow itself cannot make the instances of a mapped task, and finds that out in the run only."""

    def __init__(self, task: Any, cause: Exception) -> None:
        super().__init__(task.task_id)
        self.task_id, self.position, self.cause = task.task_id, RECORDER.mapped.get(id(task)), cause


# Beyond this a definition could not hold the instances anyway (contract 1.10).
MAX_INSTANCES = 1000


def is_mapped(task: Any) -> bool:
    from airflow.sdk.definitions.mappedoperator import MappedOperator

    return isinstance(task, MappedOperator)


def mapped_inputs(task: Any) -> tuple[str, MapValue, Value]:
    """How the task is mapped: `expand` with its inputs, or `expand_kwargs` with its value."""
    from airflow.sdk.definitions._internal.expandinput import DictOfListsExpandInput

    given = _input_of(task)
    if is_decorated(task) and (rows := _literal_rows(task)):
        return "expand_kwargs", MapValue(()), read_value(rows)
    if isinstance(given, DictOfListsExpandInput):
        return "expand", MapValue(tuple((name, read_value(item)) for name, item in given.value.items())), None
    return "expand_kwargs", MapValue(()), read_value(given.value)


def is_decorated(task: Any) -> bool:
    """Whether it maps the arguments of a function whose code is asked for: each instance has op_kwargs of its own."""
    return RECORDER.builders is not None and hasattr(task, "op_kwargs_expand_input")


def _input_of(task: Any) -> Any:
    return task.op_kwargs_expand_input if is_decorated(task) else task.expand_input


def _literal_rows(task: Any) -> list[dict[str, Any]]:
    """Of a decorated function: the arguments of each instance, empty where they are not literal or too many."""
    rows = list(itertools.islice(_rows(task), MAX_INSTANCES + 1))
    if not rows or len(rows) > MAX_INSTANCES or None in rows:
        return []
    partial = task.partial_kwargs.get("op_kwargs") or {}
    return [{"op_kwargs": {**partial, **row}} for row in rows if row is not None]


def instances(task: Any) -> list[Any]:
    """The operators that Airflow makes of the mapped task at run time, in the order of their map index.

    Empty where it is mapped over the result of a task, or over more than a definition could hold, and for a
    decorated function, whose mapping is about the function's own arguments.
    """
    if hasattr(task, "op_kwargs_expand_input"):
        plain = (
            [{"op_kwargs": dict(row)} for row in _rows(task) if row]
            if is_decorated(task) and _literal_rows(task)
            else []
        )
        return [_instance(task, row) for row in plain]
    rows = list(itertools.islice(_rows(task), MAX_INSTANCES + 1))
    if not rows or len(rows) > MAX_INSTANCES or None in rows:
        return []
    return [_instance(task, row) for row in rows]


def _instance(task: Any, row: Mapping[str, Any] | None) -> Any:
    # Lowering refuses rows with these, and an instance without a DAG cannot be read.
    row = {name: value for name, value in (row or {}).items() if name not in ("dag", "task_group")}
    try:
        made = task.unmap(row)
    except Exception as error:
        raise InstancesFailError(task, error) from error
    for name in ("start_date", "end_date"):  # what a DAG's `add_task` leaves on a task without dates
        vars(made).setdefault(name, None)
    construction = construction_of(made)
    if construction is not None and not _has_own_params(task):
        construction.call.pop("params", None)
    return made


def _has_own_params(task: Any) -> bool:
    """Whether the task was given params: Airflow hands the DAG's over as if they were the task's."""
    params: Any = task.partial_kwargs.get("params") or {}
    shared = task.dag.params
    return any(
        name not in shared
        or not codec.same(read_value(params.get_param(name).value), read_value(shared.get_param(name).value))
        for name in params
    )


def _rows(task: Any) -> Iterator[Mapping[str, Any] | None]:
    from airflow.sdk.definitions._internal.expandinput import DictOfListsExpandInput

    given = _input_of(task)
    value = given.value
    if not isinstance(given, DictOfListsExpandInput):
        for row in value if isinstance(value, Sequence) else (None,):
            yield row if isinstance(row, Mapping) else None
        return
    lists = [_items(item) for item in value.values()]
    if any(found is None for found in lists):
        yield None
        return
    for combination in itertools.product(*(found or () for found in lists)):
        yield dict(zip(value, combination, strict=True))


def _items(value: Any) -> list[Any] | None:
    if isinstance(value, Mapping):
        return list(value.items())
    return list(value) if isinstance(value, Sequence) and not isinstance(value, (str, bytes)) else None


def partial_defaults() -> Mapping[str, Any]:
    """What `partial` fills in where neither the call nor default_args says anything."""
    from airflow.sdk.bases import operator

    kinds = ("execute", "failure", "success", "retry", "skipped")
    callbacks: dict[str, list[object]] = {f"on_{kind}_callback": [] for kind in kinds}
    return {**operator._PARTIAL_DEFAULTS, **callbacks, "max_retry_delay": None}
