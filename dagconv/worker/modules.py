"""What the user's modules hold after their import: which names are Airflow's objects, and which lines made such."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

from dagconv.ir.code import SourceModule
from dagconv.worker.complain import is_user_class
from dagconv.worker.names import module_name
from dagconv.worker.record import RECORDER

_DEPTH = 4
# Whose functions make or wire tasks.
_MAKERS = (
    "airflow.sdk.definitions.decorators",
    "airflow.sdk.definitions.dag",
    "airflow.sdk.definitions.edges",
    "airflow.sdk.definitions.taskgroup",
    "airflow.sdk.bases.decorator",
    "airflow.sdk.bases.operator",
    "airflow.decorators",
    "airflow.models.baseoperator",
    "airflow.utils.helpers",
    "airflow.utils.task_group",
    "dagconv.worker.compat",
)
_PROVIDERS = "airflow.providers."


def read_modules(path: str) -> tuple[SourceModule, ...]:
    """Every module of the user's that was imported, the DAG file at `path` first and without a name."""
    found = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(module, types.ModuleType) and isinstance(file, str) and RECORDER.is_user_file(file):
            found.append(_read_module("" if file == path else module_name(name), file, module))
    return tuple(sorted(found, key=lambda one: (one.file != path, one.name, one.file)))


def _read_module(name: str, file: str, module: types.ModuleType) -> SourceModule:
    held = {name: value for name, value in vars(module).items() if not name.startswith("__")}
    makers = {name for name, value in held.items() if _is_maker(value)}
    return SourceModule(
        file,
        name,
        tuple(sorted((RECORDER.builders or {}).get(file, ()))),
        tuple(sorted(name for name, value in held.items() if name not in makers and holds_airflow(value))),
        tuple(sorted(makers)),
        tuple(sorted(name for name, value in held.items() if _is_fixed(value))),
    )


def _is_fixed(value: Any) -> bool:
    kind = type(value)
    if kind in (tuple, frozenset):
        return all(map(_is_fixed, value))
    return value is None or kind in (bool, int, float, complex, str, bytes, types.FunctionType, types.ModuleType)


def _is_maker(value: Any) -> bool:
    """A class or function of Airflow that makes tasks, groups or DAGs, or an own class below DAG; operators of the
    user's are code that may travel."""
    from airflow.sdk.definitions._internal.node import DAGNode
    from airflow.sdk.definitions.dag import DAG

    if isinstance(value, type):
        return issubclass(value, DAG) or (issubclass(value, DAGNode) and not is_user_class(value))
    if type(value) in (types.FunctionType, types.MethodType):
        return _is_of_makers(value.__module__)
    kind = type(value)
    return kind.__name__ in ("TaskDecoratorCollection", "_TaskGroupFactory") or _is_of_makers(
        kind.__module__, kind.__name__
    )


def _is_of_makers(module: object, name: str = "") -> bool:
    if not isinstance(module, str) or name.startswith("_Task"):
        return False
    return module.startswith(_MAKERS) or (module.startswith(_PROVIDERS) and ".decorators." in module)


def holds_airflow(value: Any, depth: int = 0) -> bool:
    """Whether it is a DAG, task, group, output or decorated function, or a container or partial with one."""
    from airflow.sdk.bases.decorator import _TaskDecorator
    from airflow.sdk.definitions._internal.node import DAGNode
    from airflow.sdk.definitions.dag import DAG
    from airflow.sdk.definitions.mappedoperator import OperatorPartial
    from airflow.sdk.definitions.taskgroup import TaskGroup
    from airflow.sdk.definitions.xcom_arg import XComArg

    kind = type(value)
    if issubclass(kind, (DAG, DAGNode, TaskGroup, XComArg, OperatorPartial, _TaskDecorator)):
        return True
    if kind is types.FunctionType:
        return str(value.__code__.co_filename).endswith(("airflow/sdk/definitions/dag.py", "definitions/taskgroup.py"))
    if depth >= _DEPTH:
        return False
    return any(holds_airflow(item, depth + 1) for item in _items(value, kind))


def _items(value: Any, kind: type) -> Iterator[Any]:
    if kind is dict:
        yield from value.values()
    elif kind in (list, tuple, set, frozenset):
        yield from value
