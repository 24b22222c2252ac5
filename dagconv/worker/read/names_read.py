"""What the code of an operator class names: an attribute that it does not name is read by nothing of its own."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator

# What Airflow's own code asks of a task that it is handed and BaseOperator does not have (Airflow 3.0.6, models, sdk,
# serialization and ti_deps).
ASKED_BY_AIRFLOW = frozenset(
    {"deps", "dry_run", "end_from_trigger", "expand_start_from_trigger", "expand_start_trigger_args", "external_dag_id"}
    | {"external_task_id", "group_id", "logical_date", "map_index", "partial_kwargs", "python_callable"}
    | {"recursion_depth", "reschedule", "trigger_dag_id", "unmap"}
)


@functools.cache
def names_read(cls: type[object]) -> frozenset[str]:
    """Attributes, globals and texts in the code of the class and its bases, and what Airflow asks of any task."""
    found = (name for owner in cls.__mro__ for member in vars(owner).values() for name in _in_member(member))
    return frozenset(found) | ASKED_BY_AIRFLOW


def _in_member(member: object) -> Iterator[str]:
    if isinstance(member, property):
        for part in (member.fget, member.fset):
            yield from _in_member(part)
        return
    function = getattr(member, "__func__", getattr(member, "func", member))
    function = getattr(function, "__wrapped__", function)
    if isinstance(function, types.FunctionType):
        yield from _in_code(function.__code__)


def _in_code(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple):
            yield from (one for one in constant if isinstance(one, str))
        elif isinstance(constant, types.CodeType):
            yield from _in_code(constant)
