"""SubDagOperator: the tasks of the inner DAG, made again in a task group of the outer one."""

from __future__ import annotations

from typing import Any

from dagconv.worker.compat.uses import USES
from dagconv.worker.record import UnknownValueError, construction_of

# Inner DAGs that became groups, kept alive so that an id stays theirs.
INLINED: list[Any] = []


class SubDagError(UnknownValueError):
    """The inner DAG cannot stand inside the outer one; that has been reported."""


def sub_dag_operator(task_id: str, subdag: Any, dag: Any = None, **kwargs: Any) -> Any:
    """A task group in place of the operator. The arguments of the operator itself, such as its pool, steered the run
    of the inner DAG as a whole, and are reported where they are given."""
    from airflow.sdk import TaskGroup
    from airflow.sdk.definitions._internal.contextmanager import DagContext

    outer = dag or DagContext.get_current()
    reason = _obstacle(outer, subdag, task_id, kwargs)
    if reason is not None:
        USES.note("subdag-refused", task_id, "2", task=task_id, reason=reason)
        raise SubDagError(reason)
    group = TaskGroup(task_id, dag=outer)
    made = {task.task_id: _made_again(task, outer, group) for task in subdag.tasks}
    for task in subdag.tasks:
        for upstream in sorted(task.upstream_task_ids):
            made[upstream] >> made[task.task_id]
    INLINED.append(subdag)
    USES.note("subdag-inlined", task_id, "2", task=task_id, count=len(made))
    return group


def _obstacle(outer: Any, subdag: Any, task_id: str, kwargs: dict[str, Any]) -> str | None:
    if outer is None:
        return "it stands in no DAG"
    if subdag.dag_id != f"{outer.dag_id}.{task_id}":
        return f"the inner DAG is called {subdag.dag_id}, not {outer.dag_id}.{task_id}"
    leaked = outer.default_args.keys() - subdag.default_args.keys()
    if leaked:
        return f"the outer DAG's default_args hold {', '.join(sorted(leaked))}, which the inner DAG's do not"
    changed = [name for name, value in outer.default_args.items() if subdag.default_args[name] != value]
    if changed:
        return f"default_args of the two differ in {', '.join(sorted(changed))}"
    if subdag.params.dump() != outer.params.dump():
        return "params of the two differ"
    steering = sorted(kwargs.keys() - {"default_args", "executor", "mode", "poke_interval"})
    return f"its own {', '.join(steering)} would be lost" if steering else None


def _made_again(task: Any, outer: Any, group: Any) -> Any:
    construction = construction_of(task)
    assert construction is not None
    kwargs = {name: value for name, value in construction.call.items() if name not in ("dag", "task_group")}
    again = type(task)(**kwargs, dag=outer, task_group=group)
    made = construction_of(again)
    assert made is not None
    made.position = construction.position
    return again
