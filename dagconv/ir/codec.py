"""IR to JSON data and back, versioned; JSON that comes from a worker is untrusted and checked while it is read."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import functools
import itertools
import json
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from dagconv.ir import schedule as schedule_ir
from dagconv.ir import value as value_ir
from dagconv.ir.schedule import Schedule
from dagconv.ir.task import MISSING, Default, Missing
from dagconv.ir.value import ListValue, MapValue, Value

VERSION = 1
MAX_DEPTH = 200

_T = TypeVar("_T")
_TAGGED: dict[str, type] = {
    cls.__name__: cls
    for cls in (
        value_ir.TupleValue,
        value_ir.SetValue,
        value_ir.MapValue,
        value_ir.ContainerValue,
        value_ir.TimedeltaValue,
        value_ir.DatetimeValue,
        value_ir.DateValue,
        value_ir.TimeValue,
        value_ir.BytesValue,
        value_ir.DecimalValue,
        value_ir.FloatValue,
        value_ir.EnumValue,
        value_ir.PathValue,
        value_ir.XComValue,
        value_ir.ParamReference,
        value_ir.TemplateFileValue,
        value_ir.CallableValue,
        value_ir.ObjectValue,
        value_ir.EntryValue,
        value_ir.OutputValue,
        value_ir.ParameterValue,
        value_ir.OpaqueValue,
        Missing,
        schedule_ir.NoSchedule,
        schedule_ir.Cron,
        schedule_ir.Delta,
        schedule_ir.MultipleCron,
        schedule_ir.Rate,
        schedule_ir.Once,
        schedule_ir.Continuous,
        schedule_ir.Assets,
        schedule_ir.CustomTimetable,
    )
}


class DecodeError(ValueError):
    """The JSON data is not of the shape that `encode` produces."""


def encode(node: object) -> Any:
    """JSON data of any IR node: scalars and lists as they are, other values as {"<Type>": {field: ...}}.

    Frozen classes of others that are built of such nodes have a form here too: an object of their fields.
    """
    match node:
        case None | bool() | int() | float() | str() if not isinstance(node, enum.Enum):
            return node
        case enum.Enum():
            return node.value
        case ListValue(items):
            return [encode(item) for item in items]
        case tuple() | list():
            return [encode(item) for item in node]
        case dict():
            return {name: encode(item) for name, item in node.items()}
        case MapValue(entries):
            return {"MapValue": [[encode(key), encode(item)] for key, item in entries]}
    fields = {}
    for field in dataclasses.fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        if field.default is dataclasses.MISSING or value != field.default or type(value) is not type(field.default):
            fields[field.name] = encode(value)
    name = type(node).__name__
    return {name: fields} if name in _TAGGED else fields


_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False)  # making one takes longer than most texts


def canonical(node: object) -> str:
    """One text per meaning: equal texts are equal values, types included."""
    return _ENCODER.encode(encode(node))


def same(left: object, right: object) -> bool:
    """Whether two nodes are equal, types included (True is not 1, 1 is not 1.0)."""
    return left is right or canonical(left) == canonical(right)


def decode_value(data: Any, depth: int = 0) -> Value:
    """Raises DecodeError."""
    decoded = decode_default(data, depth)
    if isinstance(decoded, Missing):
        raise DecodeError("a value is missing")
    return decoded


def decode_default(data: Any, depth: int = 0) -> Default:
    """A value, or MISSING. Raises DecodeError."""
    if depth > MAX_DEPTH:
        raise DecodeError(f"nested deeper than {MAX_DEPTH}")
    if data is None or isinstance(data, (bool, int, float, str)):
        return data
    if isinstance(data, list):
        return ListValue(tuple(decode_value(item, depth + 1) for item in data))
    if not isinstance(data, dict) or len(data) != 1:
        raise DecodeError("neither a scalar, a list nor a tagged value")
    (name, body), *_ = data.items()
    if name == "MapValue":
        if not isinstance(body, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in body):
            raise DecodeError("a map is a list of pairs")
        return MapValue(tuple((decode_value(k, depth + 1), decode_value(v, depth + 1)) for k, v in body))
    cls = _TAGGED.get(name)
    if cls is None or (cls.__module__ != value_ir.__name__ and cls is not Missing):
        raise DecodeError(f"unknown value {name!r}")
    return MISSING if cls is Missing else typing.cast("Value", _decode_fields(cls, body, depth + 1))


def decode(cls: type[_T], data: Any, depth: int = 0) -> _T:
    """A node of a plain class (Workflow, Task, Change, ...) from JSON data. Raises DecodeError."""
    if cls.__name__ in _TAGGED:
        raise DecodeError(f"{cls.__name__} is not decoded by itself")
    return _decode_fields(cls, data, depth)


def _decode_fields(cls: type[_T], body: Any, depth: int) -> _T:
    if depth > MAX_DEPTH:
        raise DecodeError(f"nested deeper than {MAX_DEPTH}")
    if not isinstance(body, dict):
        raise DecodeError(f"{cls.__name__} is not an object")
    decoders = _decoders(typing.cast("Any", cls))
    unknown = body.keys() - decoders.keys()
    if unknown:
        raise DecodeError(f"{cls.__name__} has no field {sorted(unknown)[0]!r}")
    values = {name: decoders[name](item, depth + 1, f"{cls.__name__}.{name}") for name, item in body.items()}
    try:
        return cls(**values)
    except TypeError as error:
        raise DecodeError(f"{cls.__name__}: {error}") from error


_Decoder = Callable[[Any, int, str], Any]


@functools.cache
def _decoders(cls: Any) -> dict[str, _Decoder]:
    """By field name; looked up once per class, since a large DAG has a million fields."""
    return {name: _decoder(hint) for name, hint in typing.get_type_hints(cls).items()}


def _decoder(hint: Any) -> _Decoder:
    """What reads data of a type: called with the data, its depth, and its place for messages."""
    if hint == Value:
        return lambda data, depth, _: decode_value(data, depth)
    if hint == Default:
        return lambda data, depth, _: decode_default(data, depth)
    if hint == Schedule:
        return lambda data, depth, _: _decode_schedule(data, depth)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        inner = _decoder(next(argument for argument in arguments if argument is not type(None)))
        if type(None) not in arguments:
            return inner
        return lambda data, depth, where: None if data is None else inner(data, depth, where)
    if origin is tuple:
        return _list_decoder(arguments)
    if origin is collections.abc.Mapping:
        return functools.partial(_decode_mapping, _decoder(arguments[1]))
    if hint is Any:
        return lambda data, *_: data
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return functools.partial(_decode_enum, hint)
    if hint is MapValue or hint in _TAGGED.values():
        return functools.partial(_decode_tagged, hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return lambda data, depth, _: _decode_fields(hint, data, depth)
    return functools.partial(_decode_scalar, hint)


def _list_decoder(arguments: tuple[Any, ...]) -> _Decoder:
    """Of tuple[X, ...] and tuple[X, Y]."""
    several = arguments[-1] is Ellipsis
    inner = [_decoder(argument) for argument in arguments if argument is not Ellipsis]

    def decode_list(data: Any, depth: int, where: str) -> Any:
        if not isinstance(data, list):
            raise DecodeError(f"{where} is not a list")
        if several and arguments[0] is str and all(type(item) is str for item in data):
            return tuple(data)
        if not several and len(data) != len(inner):
            raise DecodeError(f"{where} has {len(data)} items instead of {len(inner)}")
        decoders = itertools.repeat(inner[0]) if several else inner
        return tuple(decoder(item, depth, where) for decoder, item in zip(decoders, data, strict=False))

    return decode_list


def _decode_mapping(inner: _Decoder, data: Any, depth: int, where: str) -> Any:
    if not isinstance(data, dict):
        raise DecodeError(f"{where} is not an object")
    return {name: inner(item, depth + 1, where) for name, item in data.items()}


def _decode_enum(cls: type[enum.Enum], data: Any, _: int, where: str) -> Any:
    try:
        return cls(data)
    except ValueError as error:
        raise DecodeError(f"{where}: {error}") from error


def _decode_tagged(cls: Any, data: Any, depth: int, where: str) -> Any:
    decoded = decode_value(data, depth)
    if not isinstance(decoded, cls):
        raise DecodeError(f"{where} is not a {cls.__name__}")
    return decoded


def _decode_scalar(cls: Any, data: Any, _: int, where: str) -> Any:
    if type(data) is not cls and not (cls is float and type(data) is int):
        raise DecodeError(f"{where} is not {getattr(cls, '__name__', cls)}")
    return data


def _decode_schedule(data: Any, depth: int) -> Schedule:
    if not isinstance(data, dict) or len(data) != 1:
        raise DecodeError("a schedule is one tagged object")
    (name, body), *_ = data.items()
    cls = _TAGGED.get(name)
    if cls is None or cls.__module__ != schedule_ir.__name__:
        raise DecodeError(f"unknown schedule {name!r}")
    return typing.cast("Schedule", _decode_fields(cls, body, depth + 1))
