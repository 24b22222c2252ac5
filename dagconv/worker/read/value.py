"""Python values to IR values, by exact type: no `repr`, `eq` or `str` of a class that is not known is ever called."""

from __future__ import annotations

import datetime
import decimal
import enum
import math
import pathlib
import types
from typing import Any

from dagconv.ir import codec
from dagconv.ir.value import (
    BytesValue,
    CallableValue,
    ContainerValue,
    DatetimeValue,
    DateValue,
    DecimalValue,
    EnumValue,
    FloatValue,
    ListValue,
    MapValue,
    OpaqueValue,
    OutputValue,
    ParamReference,
    PathValue,
    SetValue,
    TimedeltaValue,
    TimeValue,
    TupleValue,
    Value,
    XComValue,
)
from dagconv.worker.names import class_path, module_name, plain_container, plain_kind
from dagconv.worker.record import RECORDER

MAX_DEPTH = 60
MAX_INTEGER_BITS = 10_000  # beyond this JSON readers, Python's own included, give up
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
# Airflow's own, whose value a run gives.
_DAG_PARAM = "airflow.sdk.definitions.param.DagParam"
_ASSET = "airflow.sdk.definitions.asset.Asset"


def read_value(value: Any, ancestors: tuple[int, ...] = ()) -> Value:
    """The IR value; what has no exact form becomes OpaqueValue with the reason."""
    kind = type(value)
    if value is None or kind is bool:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return value if value.bit_length() <= MAX_INTEGER_BITS else OpaqueValue("builtins.int", "too large")
    if kind is str:
        return _read_text(value)
    if kind is float:
        return value if math.isfinite(value) else FloatValue(repr(value))
    kind = plain_kind(value)
    if kind is str:
        return _read_text(str.__str__(value))
    if kind in (list, tuple, dict, set, frozenset):
        if id(value) in ancestors:
            return OpaqueValue(class_path(kind), "contains itself")
        if len(ancestors) >= MAX_DEPTH:
            return OpaqueValue(class_path(kind), f"nested deeper than {MAX_DEPTH}")
        return _read_container(value, (*ancestors, id(value)))
    plain = plain_container(value)
    if plain is not None:
        return ContainerValue(class_path(kind), read_value(plain, (*ancestors, id(value))))
    return _read_object(value, kind)


def _read_text(text: str) -> Value:
    if any("\ud800" <= character <= "\udfff" for character in text):
        return OpaqueValue("builtins.str", "contains an unpaired surrogate")
    return text


def _read_container(value: Any, ancestors: tuple[int, ...]) -> Value:
    match value:
        case dict():
            return MapValue(tuple((read_value(k, ancestors), read_value(v, ancestors)) for k, v in value.items()))
        case list():
            return ListValue(tuple(read_value(item, ancestors) for item in value))
        case tuple():
            return TupleValue(tuple(read_value(item, ancestors) for item in value))
        case _:
            items = sorted((read_value(item, ancestors) for item in value), key=codec.canonical)
            return SetValue(tuple(items), frozen=type(value) is frozenset)


def _read_object(value: Any, kind: type) -> Value:
    # By the class itself: isinstance() asks the object for `__class__`.
    if issubclass(kind, datetime.timedelta) and (kind is datetime.timedelta or kind.__module__.startswith("pendulum")):
        return TimedeltaValue(value.days, value.seconds, value.microseconds)
    if issubclass(kind, datetime.datetime) and kind.__module__.split(".")[0] in ("datetime", "pendulum"):
        return read_datetime(value)
    if kind is datetime.date or (issubclass(kind, datetime.date) and kind.__module__.startswith("pendulum")):
        return DateValue(datetime.date.isoformat(value))
    if kind is datetime.time:
        return TimeValue(value.isoformat())
    if kind in (bytes, bytearray):
        return BytesValue(bytes(value).hex())
    if kind is decimal.Decimal:
        return DecimalValue(str(value))
    if issubclass(kind, enum.Enum):
        text = issubclass(kind, str)
        printed = str(value) if text else None
        told = printed if type(printed) is str and printed != value._value_ else None
        return EnumValue(class_path(kind), value._name_, read_value(value._value_), text, told)
    if kind in (pathlib.PosixPath, pathlib.PurePosixPath):
        return PathValue(str(value))
    if issubclass(kind, _FUNCTIONS):
        return read_callable(value)
    if issubclass(kind, type):
        return CallableValue(module_name(value.__module__), value.__qualname__, "class")
    if id(kind) in RECORDER.outputs:
        held = vars(value)
        return OutputValue(RECORDER.outputs[id(kind)], held["task_id"], held["key"], held["optional"])
    return _read_reference(value) or OpaqueValue(class_path(kind), uri=_uri(value, kind))


def _uri(value: Any, kind: type) -> str:
    """Of an asset, empty for anything else."""
    found = value.uri if any(class_path(base) == _ASSET for base in kind.__mro__) else ""
    return found if type(found) is str else ""


def read_datetime(value: datetime.datetime) -> DatetimeValue:
    zone = value.tzinfo
    name = getattr(zone, "name", None) or getattr(zone, "key", None)
    fold = bool(value.fold) and zone is None
    return DatetimeValue(datetime.datetime.isoformat(value), name if isinstance(name, str) else None, fold)


def read_callable(value: Any) -> CallableValue:
    module = module_name(getattr(value, "__module__", None))
    name = getattr(value, "__qualname__", None) or ""
    kind = "lambda" if name.endswith("<lambda>") else "method" if isinstance(value, types.MethodType) else "function"
    return CallableValue(module, name, kind)


def _read_reference(value: Any) -> Value:
    """What is looked up when the task is rendered; None for any other object."""
    if class_path(type(value)) == _DAG_PARAM:
        return ParamReference(str(vars(value)["_name"]), read_value(vars(value)["_default"]))
    return _read_xcom(value)


def _read_xcom(value: Any) -> Value | None:
    from airflow.sdk.definitions.xcom_arg import (
        ConcatXComArg,
        MapXComArg,
        PlainXComArg,
        XComArg,
        ZipXComArg,
    )

    if not issubclass(type(value), XComArg):
        return None
    match value:
        case PlainXComArg():
            return XComValue(value.operator.task_id, value.key)
        case MapXComArg():
            inner, step = _read_xcom(value.arg), "map"
        case ZipXComArg():
            inner, step = _read_xcom(value.args[0]), "zip"
        case ConcatXComArg():
            inner, step = _read_xcom(value.args[0]), "concat"
        case _:
            return None
    if not isinstance(inner, XComValue):
        return None
    return XComValue(inner.task_id, inner.key, (*inner.steps, step))
