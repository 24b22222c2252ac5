"""A second testimony about a DAG, independent of the reader: what `vars()` of every object holds, what its class
does, and the edges; the host compares it between source and reload."""

from __future__ import annotations

import functools
import hashlib
import types
from collections.abc import Callable
from typing import Any

from dagconv.worker.attributes import COSMETIC, attributes_of, encode_attribute, short
from dagconv.worker.names import class_path, module_name
from dagconv.worker.objects import MAX_OBJECT_DEPTH, encode_object, text_of
from dagconv.worker.read.mapping import instances, is_mapped

# The same for a DAG. The tasks show what default_args did; the timetable holds schedule and time zone, a callback
# that there is one; what groups and edge labels are for is drawing.
DAG_PLUMBING = frozenset(
    {"default_args", "timezone", "schedule", "task_dict", "task_group", "edge_info"}
    | {"fileloc", "relative_fileloc", "partial", "has_on_success_callback", "has_on_failure_callback"}
)


def testify(task: Any) -> dict[str, Any]:
    """The testimony about one task, of a mapped one about each of its instances; long texts are given by their hash."""
    if is_mapped(task):
        return {**_testify_object(task), "instances": [_testify_object(made) for made in instances(task)]}
    return {**_testify_object(task), "instances": []}


def _testify_object(task: Any) -> dict[str, Any]:
    cls: Any = type(task)
    return {
        "class": class_path(cls),
        "members": members_of(cls),
        "attributes": {name: short(text) for name, text in attributes_of(task).items()},
    }


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


def testify_dag(dag: Any) -> dict[str, Any]:
    """The DAG's own attributes, its timetable as Airflow serialises it, and the edges by what stands downstream."""
    import attrs
    from airflow.sdk import DAG

    attributes = {
        name: short(text_of(encode_attribute(name, getattr(dag, name))))
        for name in (field.name for field in attrs.fields(DAG))
        if name not in DAG_PLUMBING and name != "timetable"
    }
    attributes["timetable"] = text_of(_encode_timetable(dag.timetable))
    edges = sorted([task.task_id, down] for task in dag.tasks for down in task.downstream_task_ids)
    return {"attributes": attributes, "edges": edges}


def _encode_timetable(timetable: Any) -> Any:
    from airflow.serialization.serialized_objects import encode_timetable

    try:
        return encode_timetable(timetable)
    except Exception:  # noqa: BLE001  # a timetable of the user's own is in no plugin here
        return encode_object(timetable)
