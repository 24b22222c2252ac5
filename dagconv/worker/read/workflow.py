"""A DAG object to an IR workflow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dagconv.diagnostics.model import Location
from dagconv.ir import codec
from dagconv.ir.task import MISSING, Argument, Origin
from dagconv.ir.value import DatetimeValue
from dagconv.ir.workflow import Group, Param, Workflow
from dagconv.worker.read.schedule import read_schedule
from dagconv.worker.read.task import Source, read_task
from dagconv.worker.read.value import read_datetime, read_value
from dagconv.worker.record import dag_construction

# Read into fields of their own, or plumbing of the object.
_OWN_FIELDS = frozenset(
    {"dag_id", "description", "default_args", "start_date", "end_date", "schedule", "params", "task_group"}
)


def read_workflow(dag: Any, source: Source) -> Workflow:
    """Raises NotReproducibleError when a task cannot be described by its arguments."""
    construction = dag_construction(dag)
    place, named = source.places.call_at(construction.position) if construction else (None, {})
    given = construction.call if construction else {}
    renamed = construction.renamed if construction else {}
    named = {**named, **{new: named[old] for new, old in renamed.items() if old in named}}
    return Workflow(
        dag_id=dag.dag_id,
        description=dag.description,
        schedule=read_schedule(dag, given.get("schedule")),
        start_date=_read_date(dag.start_date),
        end_date=_read_date(dag.end_date),
        default_args=tuple(
            Argument(str(name), read_value(value), Origin.CALL, MISSING, named.get("default_args"))
            for name, value in dag.default_args.items()
        ),
        params=tuple(_read_params(dag, given.get("params"))),
        settings=tuple(_read_settings(dag, named)),
        groups=tuple(_read_groups(dag.task_group)),
        tasks=tuple(read_task(task, source) for task in dag.tasks),
        location=place,
        argument_locations=tuple(sorted(named.items())),
    )


def replaced_methods(dag: Any, is_user_class: Callable[[type], bool]) -> list[str]:
    """Methods of Airflow's DAG that the file has set on the object, or overrides in a class of its own."""
    from airflow.sdk import DAG

    own = [vars(owner) for owner in type(dag).__mro__ if is_user_class(owner)]
    names = {name for members in (vars(dag), *own) for name in members if not name.startswith("__")}
    return sorted(name for name in names if callable(getattr(DAG, name, None)))


def half_set_id(dag: Any) -> str:
    """What a task is called or linked by in one of two places only, in words; empty where there is nothing."""
    for task_id, task in dag.task_dict.items():
        if task.task_id != task_id:
            return f"the task_id of {task_id} was set to {task.task_id}, and the DAG knows it as {task_id}"
        for own, others in (("upstream_task_ids", "downstream_task_ids"), ("downstream_task_ids", "upstream_task_ids")):
            for other in sorted(getattr(task, own)):
                if task_id not in getattr(dag.task_dict.get(other), others, ()):
                    return f"{own} of {task_id} names {other}, and no {others} names {task_id} there"
    return ""


def _read_date(value: Any) -> DatetimeValue | None:
    return None if value is None else read_datetime(value)


def _read_settings(dag: Any, named: dict[str, Location]) -> Iterator[Argument]:
    """Every other argument of DAG whose value is not the one that a bare DAG has."""
    import attrs
    from airflow.sdk import DAG

    bare = DAG(dag.dag_id, schedule=None)
    for field in attrs.fields(DAG):
        if not field.init or field.name in _OWN_FIELDS:
            continue
        value, default = read_value(getattr(dag, field.name)), read_value(getattr(bare, field.name))
        if not codec.same(value, default):
            yield Argument(field.name, value, Origin.CALL, default, named.get(field.name))


def _read_params(dag: Any, given: Any) -> Iterator[Param]:
    from airflow.sdk.definitions.param import Param as AirflowParam

    for name in dag.params:
        param = dag.params.get_param(name)
        typed = isinstance(given, dict) and isinstance(given.get(name), AirflowParam)
        default = read_value(param.value) if _has_value(param) else MISSING
        yield Param(str(name), default, param.description, read_value(dict(param.schema)), typed)


def _has_value(param: Any) -> bool:
    from airflow.sdk.definitions._internal.types import ArgNotSet

    return not isinstance(param.value, ArgNotSet)


def _read_groups(root: Any) -> Iterator[Group]:
    from airflow.sdk.definitions.taskgroup import MappedTaskGroup, TaskGroup

    for child in root.children.values():
        if isinstance(child, TaskGroup):
            yield Group(
                child.group_id,
                root.group_id or None,
                bool(child.prefix_group_id),
                child.tooltip or "",
                mapped=isinstance(child, MappedTaskGroup),
            )
            yield from _read_groups(child)
