"""A function given to a task: where its text stands, its signature, and what it keeps of the functions around it."""

from __future__ import annotations

import functools
import inspect
import sys
import types
from typing import Any

from dagconv.ir import codec
from dagconv.ir.value import (
    CallableValue,
    Code,
    ListValue,
    MapValue,
    ObjectValue,
    OpaqueValue,
    Parameter,
    SetValue,
    Value,
)
from dagconv.worker.names import class_path, module_name
from dagconv.worker.read.value import read_callable, read_value
from dagconv.worker.record import RECORDER

_LOCALS = "<locals>"
MAX_DEPTH = 8


def read_code(value: Any, depth: int = 0) -> Value:
    """The callable with its code where that is the user's; anything else as the plain reader has it."""
    if type(value) is functools.partial:
        return _read_partial(value, depth)
    function = _function_of(value)
    if function is None or depth > MAX_DEPTH:
        return read_value(value)
    read = read_callable(value)
    told = inspect.unwrap(function)
    if not isinstance(told, types.FunctionType) or not RECORDER.is_user_file(told.__code__.co_filename):
        return read
    code = Code(
        file=told.__code__.co_filename,
        line=told.__code__.co_firstlineno,
        name=told.__code__.co_name,
        owner=_owner(told),
        parameters=_parameters(value),
        free=tuple(_free(told, depth)),
        traits=tuple(_traits(value, function, told)),
    )
    return CallableValue(read.module, read.name, read.kind, code)


def _function_of(value: Any) -> types.FunctionType | None:
    if type(value) is types.MethodType:
        value = value.__func__
    return value if type(value) is types.FunctionType else None


def _read_partial(value: functools.partial[Any], depth: int) -> Value:
    inner = read_code(value.func, depth + 1)
    if not isinstance(inner, CallableValue) or inner.kind == "partial" or vars(value):
        return OpaqueValue("functools.partial", "of something that is no plain function")
    args = tuple(read_value(item) for item in value.args)
    keywords = tuple((name, read_value(item)) for name, item in value.keywords.items())
    return CallableValue(inner.module, inner.name, "partial", inner.code, args, keywords)


def _owner(told: types.FunctionType) -> str:
    """The path by which the module itself gives the function."""
    name = told.__qualname__
    return "" if _LOCALS in name or name.endswith("<lambda>") else name


def _parameters(value: Any) -> tuple[Parameter, ...]:
    empty = inspect.Parameter.empty
    return tuple(
        Parameter(p.name, p.kind.name, p.default is not empty, None if p.default is empty else read_value(p.default))
        for p in inspect.signature(value).parameters.values()
    )


def _free(told: types.FunctionType, depth: int) -> list[tuple[str, Value]]:
    """By name; a cell that is still empty shows as an object without a form."""
    found: list[tuple[str, Value]] = []
    for name, cell in zip(told.__code__.co_freevars, told.__closure__ or (), strict=True):
        try:
            found.append((name, _read_free(cell.cell_contents, depth)))
        except ValueError:
            found.append((name, OpaqueValue("builtins.cell", "empty")))
    return found


def _read_free(value: Any, depth: int) -> Value:
    if isinstance(value, types.ModuleType):
        return CallableValue(module_name(value.__name__), "", "module")
    if isinstance(value, type):
        own = _LOCALS in value.__qualname__
        return OpaqueValue(class_path(value), "a class inside a function") if own else read_value(value)
    if _is_plain_object(value):
        return _read_object(value, depth)
    match value:
        case list() if type(value) is list:
            return (
                ListValue(tuple(_read_free(item, depth + 1) for item in value)) if depth < MAX_DEPTH else _deep(value)
            )
        case set() | frozenset() if type(value) in (set, frozenset):
            if depth >= MAX_DEPTH:
                return _deep(value)
            items = sorted((_read_free(item, depth + 1) for item in value), key=codec.canonical)
            return SetValue(tuple(items), type(value) is frozenset)
        case dict() if type(value) is dict:
            if depth >= MAX_DEPTH:
                return _deep(value)
            return MapValue(tuple((read_value(key), _read_free(item, depth + 1)) for key, item in value.items()))
    return read_code(value, depth + 1)


def _deep(value: Any) -> Value:
    return OpaqueValue(class_path(type(value)), "nested too deep")


def _is_plain_object(value: Any) -> bool:
    """Whether it is made of its class, which stands at the top of a module of the user's, and its attributes alone."""
    cls = type(value)
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    if not isinstance(file, str) or not RECORDER.is_user_file(file) or _LOCALS in cls.__qualname__:
        return False
    if not all(base is object or _is_own(base) for base in cls.__mro__) or type(cls) is not type:
        return False
    return not any("__slots__" in vars(base) or "__del__" in vars(base) for base in cls.__mro__[:-1])


def _is_own(cls: type) -> bool:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return isinstance(file, str) and RECORDER.is_user_file(file)


def _read_object(value: Any, depth: int) -> Value:
    cls = type(value)
    if depth >= MAX_DEPTH:
        return _deep(value)
    module = sys.modules[cls.__module__]
    held = object.__getattribute__(value, "__dict__")
    attributes = tuple((str(name), _read_free(item, depth + 1)) for name, item in held.items())
    name = module_name(cls.__module__)
    return ObjectValue(str(module.__file__), "" if name != cls.__module__ else name, cls.__qualname__, attributes)


def _traits(value: Any, function: types.FunctionType, told: types.FunctionType) -> list[str]:
    found = []
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        found.append("async")
    if type(value) is types.MethodType and not isinstance(value.__self__, type):
        found.append("bound")
    if _rebinds(told.__code__):
        found.append("nonlocal")
    if told is not function:
        found.append("decorated")
    return found


def _rebinds(code: types.CodeType) -> bool:
    """Whether it changes what it keeps, which others may share."""
    import dis

    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    own = any(
        i.opname in ("STORE_DEREF", "DELETE_DEREF") and i.argval in code.co_freevars for i in dis.get_instructions(code)
    )
    return own or any(_rebinds(one) for one in inner)
