"""A second testimony about a DAG, independent of the reader: what `vars()` of every object holds, what its class
does, and the edges; the host compares it between source and reload."""

from __future__ import annotations

import datetime
import decimal
import enum
import functools
import hashlib
import json
import math
import pathlib
import types
from collections.abc import Callable, Iterator
from typing import Any

from dagconv.worker.read.mapping import instances, is_mapped
from dagconv.worker.read.value import class_path, module_name
from dagconv.worker.record import ATTRIBUTE, construction_of

MAX_OBJECT_DEPTH = 6
LONG = 200

# Where the task hangs and how it was made; its id is told with it.
PLUMBING = frozenset(
    {
        ATTRIBUTE,
        "task_id",
        "_dag",
        "dag",
        "task_group",
        "upstream_task_ids",
        "downstream_task_ids",
        "_log",
        "_cached_logger",
        "_BaseOperator__init_kwargs",
        "_BaseOperator__from_mapped",
        "_BaseOperator__instantiated",
    }
)
# An operator may keep its constructor's `**kwargs`; those that only wire the task are said elsewhere.
KEPT_WIRING = frozenset({"task_id", "dag", "task_group", "default_args", "params", "_airflow_from_mapped"})
# What a task's own dict has only where Airflow makes it of a mapped one or the source sets it.
_HELD_BY_CLASS = {"_on_failure_fail_dagrun": False}
# The same for a DAG. The tasks show what default_args did; the timetable holds schedule and time zone, a callback
# that there is one; what groups and edge labels are for is drawing.
DAG_PLUMBING = frozenset(
    {"default_args", "timezone", "schedule", "task_dict", "task_group", "edge_info"}
    | {"fileloc", "relative_fileloc", "partial", "has_on_success_callback", "has_on_failure_callback"}
)
# Class members that only colour or name a task on Airflow's pages.
COSMETIC = frozenset({"ui_color", "ui_fgcolor", "custom_operator_name", "operator_extra_links"})


def encode_object(value: Any, depth: int = 0, seen: tuple[int, ...] = ()) -> Any:
    """JSON data of any object: plain values exactly, others as class and state; the host has a twin for values.

    Objects are followed to a depth, containers always; no method of a class that is not known is called.
    """
    kind = type(value)
    if value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value)):
        return value
    if id(value) in seen:
        return {"again": class_path(kind)}
    inner = (*seen, id(value))
    if kind is list:
        return [encode_object(item, depth, inner) for item in value]
    if kind in (tuple, set, frozenset):
        items = [encode_object(item, depth, inner) for item in value]
        return {kind.__name__: items if kind is tuple else sorted(items, key=_text)}
    if kind is dict:
        pairs = [(k, v) for k, v in value.items() if not ("dag" in value and k in KEPT_WIRING)]
        return {"dict": [[encode_object(k, depth, inner), encode_object(v, depth, inner)] for k, v in pairs]}
    leaf = _encode_leaf(value, kind)
    return leaf if leaf is not None else _encode_state(value, kind, depth, inner)


def _encode_leaf(value: Any, kind: type) -> Any:
    # By the class itself: isinstance() asks the object for `__class__`.
    known = kind.__module__.split(".")[0] in ("datetime", "pendulum")
    if kind is float:
        return {"float": repr(value)}
    if issubclass(kind, datetime.timedelta) and known:
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if issubclass(kind, datetime.datetime) and known:
        moment = value if value.tzinfo is None else value.astimezone(datetime.timezone.utc)
        return {"datetime": datetime.datetime.isoformat(moment)}
    if issubclass(kind, (datetime.date, datetime.time)) and known:
        return {kind.__name__: value.isoformat()}
    if kind in (bytes, bytearray):
        return {"bytes": bytes(value).hex()}
    if kind in (decimal.Decimal, pathlib.PosixPath, pathlib.PurePosixPath):
        return {kind.__name__: str(value)}
    if issubclass(kind, enum.Enum):
        plain = value._value_
        return {"enum": [class_path(kind), value.name, plain if type(plain) in (bool, int, str) else None]}
    if issubclass(kind, type):
        return {"class": class_path(value), "itself": True}
    return _encode_node(value, kind)


def _encode_node(value: Any, kind: type) -> Any:
    """Tasks and DAGs by their ids: what they are is told in their own place."""
    from airflow.sdk.definitions._internal.node import DAGNode
    from airflow.sdk.definitions.dag import DAG

    if issubclass(kind, DAGNode):
        return {"node": vars(value).get("task_id") or vars(value).get("_group_id")}
    return {"dag": vars(value).get("dag_id")} if issubclass(kind, DAG) else None


def _encode_state(value: Any, kind: type, depth: int, seen: tuple[int, ...]) -> Any:
    if depth >= MAX_OBJECT_DEPTH:
        return {"class": class_path(kind)}
    state = {str(name): encode_object(item, depth + 1, seen) for name, item in sorted(_state(value), key=_name)}
    return {"class": class_path(kind), "state": state}


def _name(pair: tuple[str, Any]) -> str:
    return str(pair[0])


_CODE = (types.MethodType, types.FunctionType, types.BuiltinFunctionType, functools.partial)


def _state(value: Any) -> Iterator[tuple[str, Any]]:
    """What an object holds, in its dict, its slots, or where a function or partial keeps it."""
    if issubclass(type(value), _CODE):
        match value:
            case types.MethodType():
                yield from (("function", value.__func__), ("self", value.__self__))
                return
            case types.FunctionType():
                cells = [cell.cell_contents for cell in value.__closure__ or () if not _is_empty(cell)]
                name = f"{module_name(value.__module__)}.{value.__qualname__}"
                yield from (("name", name), ("closure", cells), ("defaults", value.__defaults__))
                return
            case types.BuiltinFunctionType():
                yield "name", f"{value.__module__}.{value.__qualname__}"
                return
            case functools.partial():
                yield from (("function", value.func), ("args", value.args), ("keywords", value.keywords))
    for cls in type(value).__mro__:
        for name, member in vars(cls).items():
            if isinstance(member, types.MemberDescriptorType):
                try:
                    yield name, member.__get__(value)
                except AttributeError:  # a slot that was never set
                    continue
    try:
        yield from object.__getattribute__(value, "__dict__").items()
    except (AttributeError, TypeError):
        return


def _is_empty(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is cell
    except ValueError:
        return True


_ANEW = '"made up by the class"'


def attributes_of(task: Any) -> dict[str, str]:
    """Each attribute of a task as a canonical text; one that its class makes up for each object has no value here."""
    held = {**_HELD_BY_CLASS, **vars(task)}
    construction = construction_of(task)
    anew = construction.anew if construction is not None else frozenset()
    return {
        name: _ANEW if name in anew else _text(_encode_attribute(name, value))
        for name, value in held.items()
        if name not in PLUMBING
    }


def _encode_attribute(name: str, value: Any) -> Any:
    """`params` as name, value, description and schema, read without resolving them: a required one has no value."""
    from airflow.sdk.definitions.param import ParamsDict

    if name != "params" or not isinstance(value, ParamsDict):
        return encode_object(value)
    found = ((str(key), value.get_param(key)) for key in value)
    rows = [[key, _encode_param_value(p.value), p.description, encode_object(p.schema)] for key, p in found]
    return {"params": sorted(rows, key=_text)}


def _encode_param_value(value: Any) -> Any:
    from airflow.sdk.definitions._internal.types import ArgNotSet

    return {"missing": True} if isinstance(value, ArgNotSet) else encode_object(value)


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
        "attributes": {name: _short(text) for name, text in attributes_of(task).items()},
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
    return hashlib.sha256(_text(shown).encode()).hexdigest()


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
        name: _short(_text(_encode_attribute(name, getattr(dag, name))))
        for name in (field.name for field in attrs.fields(DAG))
        if name not in DAG_PLUMBING and name != "timetable"
    }
    attributes["timetable"] = _text(_encode_timetable(dag.timetable))
    edges = sorted([task.task_id, down] for task in dag.tasks for down in task.downstream_task_ids)
    return {"attributes": attributes, "edges": edges}


def _encode_timetable(timetable: Any) -> Any:
    from airflow.serialization.serialized_objects import encode_timetable

    try:
        return encode_timetable(timetable)
    except Exception:  # noqa: BLE001  # a timetable of the user's own is in no plugin here
        return encode_object(timetable)


_ENCODER = json.JSONEncoder(sort_keys=True)  # making one takes longer than most texts


def _text(data: Any) -> str:
    return _ENCODER.encode(data)


def _short(text: str) -> str:
    return text if len(text) <= LONG else "sha256:" + hashlib.sha256(text.encode()).hexdigest()
