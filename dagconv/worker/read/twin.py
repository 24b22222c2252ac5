"""Another object of a task's class, constructed from recorded arguments: what it has otherwise, no argument says."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

from dagconv.catalog.service import service
from dagconv.ir.task import Origin, Trace
from dagconv.worker.attributes import attributes_of, short
from dagconv.worker.record import RECORDER, Position, no_file, snapshot


class NotReproducibleError(Exception):
    """The target class cannot be constructed again from the arguments that were recorded.

    `position` tells where the task was made, if that is known.
    """

    position: Position | None = None


def make_twin(task: Any, target: type, arguments: dict[str, tuple[Any, Origin]]) -> Any:
    """Another object of the target class from exactly these arguments, in a DAG without default_args."""
    scratch = _scratch(task.dag)
    values = {name: snapshot(value) for name, (value, _) in arguments.items()}
    try:
        with warnings.catch_warnings(), _quietly():
            warnings.simplefilter("ignore")
            # Built as Airflow builds an unmapped task: no wiring of XComArgs, no adding to a group.
            twin = target(task_id=task.task_id, dag=scratch, _airflow_from_mapped=True, **values)
            scratch.add_task(twin)
    except Exception as error:
        raise NotReproducibleError(f"{type(error).__name__}: {error}") from error
    twin.is_setup, twin.is_teardown = task.is_setup, task.is_teardown
    if "_on_failure_fail_dagrun" in vars(task):
        vars(twin)["_on_failure_fail_dagrun"] = vars(task)["_on_failure_fail_dagrun"]
    return twin


_SCRATCH: dict[int, tuple[Any, Any]] = {}


def forget_twins() -> None:
    """The DAGs that were made for them."""
    _SCRATCH.clear()


def _scratch(dag: Any) -> Any:
    """The DAG of this DAG's twins, empty: each of them stands alone in it."""
    from airflow.sdk import DAG

    made_for, scratch = _SCRATCH.get(id(dag), (None, None))
    if made_for is not dag:
        scratch = DAG(dag.dag_id, schedule=None, start_date=dag.start_date, end_date=dag.end_date, auto_register=False)
        _SCRATCH[id(dag)] = (dag, scratch)
    for held in (scratch.task_dict, scratch.task_group.children, scratch.task_group.used_group_ids):
        held.clear()
    return scratch


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """No context manager's DAG or group, and no user frame, takes part in constructing a twin."""
    from airflow.sdk.definitions._internal.contextmanager import DagContext, TaskGroupContext

    is_user_file, RECORDER.is_user_file = RECORDER.is_user_file, no_file
    stacks = (DagContext, TaskGroupContext)
    saved = [list(stack._context) for stack in stacks]
    for stack in stacks:
        stack._context.clear()
    try:
        yield
    finally:
        RECORDER.is_user_file = is_user_file
        for stack, items in zip(stacks, saved, strict=True):
            stack._context.extend(items)


def twin_attributes(task: Any) -> dict[str, str]:
    """Without `params`, which the DAG's are merged into; they are read apart."""
    return {name: text for name, text in attributes_of(task).items() if name != "params"}


_TRACELESS: set[tuple[type, frozenset[str]]] = set()


def traces_of(task: Any, target: type, arguments: dict[str, tuple[Any, Origin]]) -> tuple[Trace, ...]:
    """A class is asked once with each set of such arguments; most keep them under their own name and no other."""
    undecided = frozenset(arguments.keys() & {*service().dropped_aws_keys, "resources"})
    if not undecided or (target, undecided) in _TRACELESS:
        return ()
    kept = {name: given for name, given in arguments.items() if name not in undecided}
    full, bare = (twin_attributes(make_twin(task, target, given)) for given in (arguments, kept))
    plain = undecided - {"resources"}
    names = [name for name in sorted(full.keys() | bare.keys()) if full.get(name) != bare.get(name)]
    shown = [{name: short(text) for name, text in side.items()} for side in (full, bare)]
    traces = tuple(Trace(name, *(side.get(name) for side in shown)) for name in names if name not in plain)
    if not traces:
        _TRACELESS.add((target, undecided))
    return traces
