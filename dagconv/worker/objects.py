"""Any Python object as JSON data that tells it from others: how the witness shows what a task or DAG holds."""

from __future__ import annotations

import datetime
import decimal
import enum
import functools
import inspect
import json
import math
import pathlib
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dagconv.catalog.service import service
from dagconv.worker.names import class_path, module_name, plain_container, plain_kind

MAX_OBJECT_DEPTH = 6
# A Kubernetes pod in full has some hundred; a client or a cache that hangs at a DAG has no end.
MAX_STATES = 20_000

# How a Kubernetes client would connect, which each of its models carries: loggers, paths of this process's home.
_CLIENT_SETTINGS = frozenset({"local_vars_configuration"})


class TooManyObjectsError(Exception):
    """What hangs together at a task or DAG is more than can be told apart."""


@dataclass(slots=True)
class _Walk:
    """The ids on the way to where the walk stands, and how many objects' states it may still go into."""

    ancestors: list[int]
    states: int


def encode_object(value: Any, depth: int = 0) -> Any:
    """JSON data of any object: plain values exactly, others as class and state; the host has a twin for values.

    Objects are followed to a depth, containers always; no method of a class that is not known is called. Raises
    TooManyObjectsError.
    """
    return _encode(value, depth, _Walk([], MAX_STATES))


def _encode(value: Any, depth: int, walk: _Walk) -> Any:
    kind = type(value)
    if value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value)):
        return value
    if (kind := plain_kind(value)) is str:
        return str.__str__(value)
    if id(value) in walk.ancestors:
        return {"again": class_path(kind)}
    walk.ancestors.append(id(value))
    try:
        return _encode_inside(value, kind, depth, walk)
    finally:
        walk.ancestors.pop()


def _encode_inside(value: Any, kind: type, depth: int, walk: _Walk) -> Any:
    if kind is list:
        return [_encode(item, depth, walk) for item in value]
    if kind in (tuple, set, frozenset):
        items = [_encode(item, depth, walk) for item in value]
        return {kind.__name__: items if kind is tuple else sorted(items, key=text_of)}
    if kind is dict:
        wired = _is_dag(value.get("dag"))
        # Text alone is looked up: the hash of any other key is the user's code.
        pairs = [(k, v) for k, v in value.items() if not (wired and type(k) is str and k in base_arguments())]
        return {"dict": [[_encode(k, depth, walk), _encode(v, depth, walk)] for k, v in pairs]}
    plain = plain_container(value)
    if plain is not None:
        return {"container": [class_path(kind), _encode(plain, depth, walk)]}
    leaf = _encode_leaf(value, kind)
    return leaf if leaf is not None else _encode_state(value, kind, depth, walk)


@functools.cache
def base_arguments() -> frozenset[str]:
    """What every operator, or every Amazon one, takes. Some keep their constructor's `**kwargs`; each of these
    shows elsewhere too."""
    from airflow.sdk import BaseOperator

    amazon = {*service().dropped_aws_keys, "region", "_airflow_from_mapped"}
    return frozenset(inspect.signature(BaseOperator.__init__).parameters) | amazon


def _is_dag(value: Any) -> bool:
    from airflow.sdk.definitions.dag import DAG

    return issubclass(type(value), DAG)


def _encode_leaf(value: Any, kind: type) -> Any:
    # By the class itself: isinstance() asks the object for `__class__`.
    known = module_name(kind.__module__).split(".")[0] in ("datetime", "pendulum")
    if kind is float:
        return {"float": repr(value)}
    if issubclass(kind, datetime.timedelta) and known:
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if issubclass(kind, datetime.datetime) and known:
        moment = value if value.tzinfo is None else value.astimezone(datetime.timezone.utc)
        shown = {"datetime": datetime.datetime.isoformat(moment)}
        return {**shown, "fold": 1} if value.fold and value.tzinfo is None else shown
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
    if issubclass(kind, types.ModuleType):
        return {"module": module_name(vars(value).get("__name__"))}
    return _encode_node(value, kind)


def _encode_node(value: Any, kind: type) -> Any:
    """Tasks and DAGs by their ids: what they are is told in their own place."""
    from airflow.sdk.definitions._internal.node import DAGNode
    from airflow.sdk.definitions.dag import DAG

    if issubclass(kind, DAGNode):
        return {"node": vars(value).get("task_id") or vars(value).get("_group_id")}
    return {"dag": vars(value).get("dag_id")} if issubclass(kind, DAG) else None


def _encode_state(value: Any, kind: type, depth: int, walk: _Walk) -> Any:
    if depth >= MAX_OBJECT_DEPTH:
        return {"class": class_path(kind)}
    walk.states -= 1
    if walk.states < 0:
        raise TooManyObjectsError
    state = {str(name): _encode(item, depth + 1, walk) for name, item in sorted(_state(value), key=_name)}
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
        held = object.__getattribute__(value, "__dict__").items()
    except (AttributeError, TypeError):
        return
    models = type(value).__module__.startswith("kubernetes.client.models.")
    yield from ((name, item) for name, item in held if not (models and name in _CLIENT_SETTINGS))


def _is_empty(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is cell
    except ValueError:
        return True


_ENCODER = json.JSONEncoder(sort_keys=True)  # making one takes longer than most texts


def text_of(data: Any) -> str:
    """Canonical JSON."""
    return _ENCODER.encode(data)
