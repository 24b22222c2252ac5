"""Finds text that no file can hold, in what the reader took over as it was: NUL and halves of surrogate pairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagconv.diagnostics import Diagnostic
from dagconv.ir.workflow import Workflow
from dagconv.load import dag_rules

Path = tuple[Any, ...]


def unwritable_text(data: Any, workflow: Workflow) -> Iterator[Diagnostic]:
    """One error per field; `data` is the JSON that `workflow` was decoded from."""
    seen = set()
    for path, fault in _faults(data, ()):
        task_id, key = _field(path, workflow)
        if (task_id, key) not in seen:
            seen.add((task_id, key))
            where = f"task {task_id}" if task_id else f"DAG {workflow.dag_id}"
            place = workflow.locate(task_id, key)
            yield dag_rules.TEXT_NOT_WRITABLE.at(
                place, dag_id=workflow.dag_id, task_id=task_id, key=key, where=where, fault=fault
            )


def _faults(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        if "\0" in data:
            yield path, "a NUL character"
        elif any("\ud800" <= character <= "\udfff" for character in data):
            yield path, "half of a surrogate pair"
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _faults(item, (*path, index))
    elif isinstance(data, dict):
        for name, item in data.items():
            yield from _faults(name, (*path, name))
            yield from _faults(item, (*path, name))


def _field(path: Path, workflow: Workflow) -> tuple[str | None, str]:
    """The task and argument, or the DAG's field, that a path leads into."""
    match path:
        case ("tasks", int() as index, "arguments", int() as number, *_):
            task = workflow.tasks[index]
            return task.task_id, task.arguments[number].name
        case ("tasks", int() as index, name, *_):
            return workflow.tasks[index].task_id, str(name)
        case ("settings", int() as index, *_):
            return None, workflow.settings[index].name
        case (name, *_):
            return None, str(name)
    return None, "dag_id"
