"""A second testimony about a DAG, independent of the reader: what `vars()` of every object holds, what its class
does, and the edges; the host compares it between source and reload."""

from __future__ import annotations

import functools
import hashlib
import types
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from dagconv.ir.task import COSMETIC
from dagconv.ir.testimony import SeenDag, SeenTask
from dagconv.worker.attributes import attributes_of, encode_attribute, short
from dagconv.worker.names import class_path, module_name
from dagconv.worker.objects import MAX_OBJECT_DEPTH, encode_object, text_of
from dagconv.worker.read.mapping import instances, is_mapped
from dagconv.worker.record import RECORDER

# The same for a DAG. The tasks show what default_args did; the timetable holds schedule and time zone, a callback
# that there is one; what groups and edge labels are for is drawing.
DAG_PLUMBING = frozenset(
    {"default_args", "timezone", "schedule", "task_dict", "task_group", "edge_info"}
    | {"fileloc", "relative_fileloc", "partial", "has_on_success_callback", "has_on_failure_callback"}
)


def testify(task: Any) -> SeenTask:
    """The testimony about one task, of a mapped one about each of its instances; long texts are given by their hash."""
    made = tuple(_testify_object(instance) for instance in instances(task)) if is_mapped(task) else ()
    return replace(_testify_object(task), instances=made)


def _testify_object(task: Any) -> SeenTask:
    cls: Any = type(task)
    attributes = {name: short(text) for name, text in attributes_of(task).items()}
    return SeenTask(RECORDER.entries.get(id(cls)) or class_path(cls), members_of(cls), attributes)


@functools.cache
def members_of(cls: Any) -> str:
    """One hash for what the class does besides being constructed: where each method comes from, and all constants.

    A user's class that only presets arguments has the hash of the class below it; one that was patched has not.
    """
    effective = {name: member for owner in reversed(cls.__mro__) for name, member in vars(owner).items()}
    shown = {
        name: _encode_member(member)
        for name, member in effective.items()
        if not name.startswith(("__", "_abc_")) and name not in COSMETIC
    }
    return hashlib.sha256(text_of(shown).encode()).hexdigest()


def _encode_member(member: Any) -> Any:
    unwrap: tuple[tuple[type, Callable[[Any], Any]], ...] = (
        (property, lambda found: [found.fget, found.fset]),
        (functools.cached_property, lambda found: found.func),
        (classmethod, lambda found: found.__func__),
        (staticmethod, lambda found: found.__func__),
    )
    for kind, inner in unwrap:
        if isinstance(member, kind):
            return {kind.__name__: _encode_member(inner(member))}
    if isinstance(member, list) and all(item is None or isinstance(item, types.FunctionType) for item in member):
        return [_encode_member(item) for item in member]
    if isinstance(member, types.FunctionType):
        return f"{module_name(member.__module__)}.{member.__qualname__}"
    return encode_object(member, MAX_OBJECT_DEPTH - 1)


def testify_dag(dag: Any, tasks: Iterable[Any]) -> SeenDag:
    """The DAG's own attributes, its timetable as Airflow serialises it, the edges by what stands downstream, and what
    is to be said of the `tasks`."""
    import attrs
    from airflow.sdk import DAG

    attributes = {
        name: short(text_of(encode_attribute(name, getattr(dag, name))))
        for name in (field.name for field in attrs.fields(DAG))
        if name not in DAG_PLUMBING and name != "timetable"
    }
    attributes["timetable"] = text_of(_encode_timetable(dag.timetable))
    upstream: dict[str, list[str]] = {}
    for task in dag.tasks:
        for below in task.downstream_task_ids:
            upstream.setdefault(below, []).append(task.task_id)
    edges = {task_id: tuple(sorted(above)) for task_id, above in sorted(upstream.items())}
    return SeenDag({task.task_id: testify(task) for task in tasks}, attributes, edges)


def _encode_timetable(timetable: Any) -> Any:
    from airflow.serialization.serialized_objects import encode_timetable

    try:
        return encode_timetable(timetable)
    except Exception:  # noqa: BLE001  # a timetable of the user's own is in no plugin here
        return encode_object(timetable)
