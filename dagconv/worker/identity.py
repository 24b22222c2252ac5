"""What Python made of a function and of all that it reaches, as facts: the worker's half of the proof of code.

Two functions with equal facts do the same: code without line numbers, constants, names, defaults, what is kept of the
functions around it, and each global that it reads, all the way through functions, classes and values of the user's.
"""

from __future__ import annotations

import functools
import hashlib
import re
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dagconv.ir import codec
from dagconv.ir.code import TOO_MUCH
from dagconv.ir.value import CallableValue, OpaqueValue, Value, walk
from dagconv.worker.bytecode import all_names, code_text, global_names
from dagconv.worker.names import class_path, module_name
from dagconv.worker.read.value import read_value
from dagconv.worker.record import constructor_of

MAX_FACTS = 20_000
_PYTHONS_OWN = frozenset(
    {"__module__", "__dict__", "__weakref__", "__annotations__", "__firstlineno__", "__static_attributes__"}
    | {"__qualname__", "__orig_bases__", "__parameters__", "__abstractmethods__", "_abc_impl", "__match_args__"}
)
_DAG_MODULE = re.compile(r"unusual_prefix_[0-9a-f]{40}_")
_SCALARS = (str, int, float, bool, type(None))


class Identity:
    """Collects facts. `is_own` tells the user's files; `roots` are folders whose place on this machine counts for
    nothing."""

    def __init__(self, is_own: Callable[[str], bool], roots: tuple[str, ...]) -> None:
        self.is_own, self.roots = is_own, tuple(sorted(roots, key=len, reverse=True))
        self.facts: dict[str, str] = {}
        self.seen: dict[int, str] = {}
        self.held: list[object] = []  # so that no address is given twice

    def of(self, place: str, value: Any, names: frozenset[str] = frozenset()) -> None:
        """`names` are attributes that may be looked up in the value if it is a module."""
        if len(self.facts) > MAX_FACTS:
            self.facts[TOO_MUCH] = ""
            return
        kind = type(value)
        if kind not in _SCALARS:
            if not isinstance(value, types.ModuleType) and id(value) in self.seen:
                self._say(place, f"again {self.seen[id(value)]}")
                return
            self.seen[id(value)] = place
            self.held.append(value)
        if kind is types.FunctionType:
            self._function(place, value)
        elif isinstance(value, types.ModuleType):
            self._module(place, value, names)
        elif isinstance(value, type):
            self._class(place, value)
        elif kind in (list, tuple, dict, set, frozenset):
            self._container(place, value)
        else:
            self._object(place, value, kind)

    def _say(self, place: str, text: str) -> None:
        for root in self.roots:
            text = text.replace(root, "<root>")
        self.facts[place] = hashlib.sha256(_DAG_MODULE.sub("", text).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def _function(self, place: str, function: types.FunctionType) -> None:
        if not self.is_own(function.__code__.co_filename):
            if function.__closure__ and hasattr(function, "__wrapped__"):  # a decorator of a library around one's own
                self._say(place, f"function of {Path(function.__code__.co_filename).name} {function.__code__.co_name}")
                self._kept(place, function)
            else:
                self._say(place, f"function {module_name(function.__module__)}.{function.__qualname__}")
            return
        self._say(place, code_text(function.__code__))
        self._say(f"{place}.__doc__", str(function.__doc__))
        self._kept(place, function)
        for name, value in sorted(vars(function).items()):
            self.of(f"{place}.{name}", value)
        names = frozenset(all_names(function.__code__))
        for name in sorted(global_names(function.__code__)):
            if name in function.__globals__:
                if not name.startswith("__"):
                    self.of(f"{place}/{name}", function.__globals__[name], names)
            elif name not in vars(sys.modules["builtins"]):
                self._say(f"{place}/{name}", "unbound")

    def _kept(self, place: str, function: types.FunctionType) -> None:
        if function.__defaults__:
            self.of(f"{place}.__defaults__", function.__defaults__)
        if function.__kwdefaults__:
            self.of(f"{place}.__kwdefaults__", function.__kwdefaults__)
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            try:
                self.of(f"{place}<{name}>", cell.cell_contents)
            except ValueError:
                self._say(f"{place}<{name}>", "empty")

    def _module(self, place: str, module: types.ModuleType, names: frozenset[str]) -> None:
        self._say(place, f"module {module_name(module.__name__)}")
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not self.is_own(file):
            return
        held = vars(module)
        for name in sorted(names & held.keys()):
            where = f"{place}.{name}"
            if where not in self.facts and not name.startswith("__"):
                self.of(where, held[name], names)

    def _class(self, place: str, cls: type) -> None:
        if not self._is_own_class(cls):
            self._say(place, f"class {class_path(cls)}")
            return
        self._say(place, f"own class {cls.__qualname__}")
        for number, base in enumerate(cls.__bases__):
            self.of(f"{place}.__bases__[{number}]", base)
        if type(cls) is not type:
            self.of(f"{place}.__class__", type(cls))
        for name, member in sorted(vars(cls).items()):
            if name not in _PYTHONS_OWN:
                self._member(f"{place}.{name}", constructor_of(member) if name == "__init__" else member)

    def _is_own_class(self, cls: type) -> bool:
        module = sys.modules.get(cls.__module__)
        file = getattr(module, "__file__", None)
        return isinstance(file, str) and self.is_own(file)

    def _member(self, place: str, member: Any) -> None:
        match member:
            case staticmethod() | classmethod():
                self._say(f"{place}()", type(member).__name__)
                self.of(place, member.__func__)
            case property():
                for name in ("fget", "fset", "fdel"):
                    self.of(f"{place}.{name}", getattr(member, name))
            case functools.cached_property():
                self.of(f"{place}.func", member.func)
            case types.MemberDescriptorType() | types.GetSetDescriptorType():
                self._say(place, "slot")
            case _:
                self.of(place, member)

    def _container(self, place: str, value: Any) -> None:
        read = read_value(value)
        if _is_plain(read):
            self._say(place, codec.canonical(read))
            return
        self._say(place, f"{type(value).__name__} of {len(value)}")
        if isinstance(value, (set, frozenset)):  # in no order: each by all of its facts
            self._say(f"{place}[]", repr(sorted(self._facts_of(item) for item in value)))
        if isinstance(value, dict):
            for number, (key, item) in enumerate(value.items()):
                self.of(f"{place}[{number}]<key>", key)
                self.of(f"{place}[{number}]", item)
        elif isinstance(value, (list, tuple)):
            for number, item in enumerate(value):
                self.of(f"{place}[{number}]", item)

    def _facts_of(self, value: Any) -> str:
        inner = Identity(self.is_own, self.roots)
        inner.of("item", value)
        return repr(sorted(inner.facts.items()))

    def _object(self, place: str, value: Any, kind: type) -> None:
        match value:
            case types.MethodType():
                self.of(f"{place}.__func__", value.__func__)
                self.of(f"{place}.__self__", value.__self__)
                return
            case functools.partial():
                for name in ("func", "args", "keywords"):
                    self.of(f"{place}.{name}", getattr(value, name))
                return
            case re.Pattern():
                self._say(place, f"pattern {value.pattern!r} {value.flags}")
                return
            case types.BuiltinFunctionType():
                self._say(place, f"builtin {value.__module__}.{value.__qualname__}")
                return
        read = read_value(value)
        if _is_plain(read):
            self._say(place, codec.canonical(read))
            return
        self._say(place, f"object of {class_path(kind)}")
        own = self._is_own_class(kind)
        if own:
            self.of(f"{place}.__class__", kind)
        try:
            held = object.__getattribute__(value, "__dict__").items()
        except (AttributeError, TypeError):
            return
        for name, item in sorted(held, key=lambda pair: str(pair[0])):
            if own or type(item) in (str, int, bool):
                self.of(f"{place}.{name}", item)


def _is_plain(value: Value) -> bool:
    return not any(isinstance(part, OpaqueValue | CallableValue) for _, part in walk(value))
