"""Inert stand-ins for what providers define that the service does not have, so that a mixed file can be read."""

from __future__ import annotations

import functools
from typing import Any

from dagconv.worker.read.signature import signature_of
from dagconv.worker.record import PLACEHOLDER

# Modules right below these hold definitions; everything above is a package.
_LEAF_PARENTS = frozenset(
    {
        "decorators",
        "executors",
        "hooks",
        "links",
        "log",
        "notifications",
        "operators",
        "secrets",
        "sensors",
        "transfers",
        "triggers",
        "utils",
    }
)


def is_package(module: str) -> bool:
    return module.split(".")[-2] not in _LEAF_PARENTS


@functools.cache
def placeholder(path: str) -> type:
    """A class with this path: an operator where the name says so, else an object that takes anything."""
    module, _, name = path.rpartition(".")
    kind = module.split(".")
    if name.endswith(("Operator", "Sensor")) or {"operators", "sensors", "transfers"} & set(kind):
        return _operator(module, name)
    return InertType(name, (Inert,), {"__module__": module})


class InertType(type):
    """Answers for class constants, such as the members of an enum, with objects of the class."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return cls(name)


class Inert(metaclass=InertType):
    """Takes any argument and keeps it; a value of it has no form in a definition, so none can get there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args = args
        vars(self).update(kwargs)


def _operator(module: str, name: str) -> type:
    """An operator that keeps the arguments it does not know as attributes, which templates and other tasks read."""
    from airflow.sdk import BaseOperator

    known = signature_of(BaseOperator).names

    def init(self: Any, **kwargs: Any) -> None:
        own = {key: value for key, value in kwargs.items() if key not in known}
        BaseOperator.__init__(self, **{key: value for key, value in kwargs.items() if key in known})
        self.template_fields = tuple(own)
        for key, value in own.items():
            setattr(self, key, value)

    body = {"__module__": module, "__init__": init, PLACEHOLDER: True, "__doc__": None}
    made: type = type(BaseOperator)(name, (BaseOperator,), body)
    return made
