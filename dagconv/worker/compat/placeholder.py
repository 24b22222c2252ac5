"""Inert stand-ins for what providers define that the service does not have, so that a mixed file can be read."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Sequence
from typing import Any

from dagconv.catalog.foreign_tasks import foreign_tasks
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
        from airflow.sdk import BaseOperator

        return _operator(module, name, BaseOperator)
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


def lend_decorators() -> None:
    """Has `@task.<name>` of absent providers make tasks of stand-ins, which a table knows and lowering refuses."""
    from airflow.sdk.bases.decorator import DecoratedOperator, task_decorator_factory
    from airflow.sdk.definitions.decorators import TaskDecoratorCollection

    for path, foreign in foreign_tasks().items():
        for name in foreign.decorators if foreign.lent else ():
            module, _, title = path.rpartition(".")
            operator = _operator(module, title, DecoratedOperator, foreign.gives)
            lent = functools.partial(task_decorator_factory, decorated_operator_class=operator)
            setattr(TaskDecoratorCollection, name, staticmethod(lent))


def _operator(module: str, name: str, base: Any, gives: Sequence[str] = ()) -> type:
    """An operator that keeps the arguments it does not know as attributes, which templates and other tasks read; it
    `gives` its function some parameters."""
    known = signature_of(base).names

    def init(self: Any, **kwargs: Any) -> None:
        own = {key: value for key, value in kwargs.items() if key not in known}
        if gives:
            asked = inspect.signature(kwargs["python_callable"]).parameters
            given = {key: None for key in gives if key in asked}
            kwargs["op_kwargs"] = {**given, **(kwargs.get("op_kwargs") or {})}
        base.__init__(self, **{key: value for key, value in kwargs.items() if key in known})
        self.template_fields = (*base.template_fields, *own)
        for key, value in own.items():
            setattr(self, key, value)

    body = {"__module__": module, "__init__": init, PLACEHOLDER: True, "__doc__": None}
    made: type = type(base)(name, (base,), body)
    return made
