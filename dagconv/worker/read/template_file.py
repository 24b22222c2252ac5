"""Template files: Airflow puts a file's text in place of an argument that names one (Airflow 3.0.6, Templater)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dagconv.catalog.rendering import attribute_of
from dagconv.ir.value import ListValue, TemplateFileValue, Value
from dagconv.worker.noticed import OBSERVATIONS
from dagconv.worker.record import construction_of


def with_template_files(task: Any, name: str, value: Value) -> Value:
    """The value with each file's name replaced by name and text, where Airflow would do so."""
    endings = tuple(task.template_ext or ())
    if not endings or attribute_of(_classes(task), task.template_fields, name) not in task.template_fields:
        return value
    match value:
        case str() if value.endswith(endings):
            return _read_file(task, name, value)
        case ListValue(items):
            return ListValue(
                tuple(
                    _read_file(task, name, item) if isinstance(item, str) and item.endswith(endings) else item
                    for item in items
                )
            )
        case _:
            return value


def _classes(task: Any) -> Iterator[str]:
    return (f"{cls.__module__}.{cls.__qualname__}" for cls in type(task).__mro__)


def _read_file(task: Any, name: str, file: str) -> Value:
    environment = task.dag.get_template_env()
    try:
        text = environment.loader.get_source(environment, file)[0]
    except Exception:  # noqa: BLE001  # loaders are the user's to replace; Airflow goes on here, and fails in the run
        construction = construction_of(task)
        params = {"file": file, "key": name}
        OBSERVATIONS.report("template-file-missing", params, construction.position if construction else None)
        return file
    return TemplateFileValue(file, text)
