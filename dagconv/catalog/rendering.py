"""Which arguments of a task Airflow renders: it renders attributes, and some arguments land in one of another name.

Asked by lower, prove and the worker of tasks; check asks the operator's class itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from dagconv.catalog.operators import load_operators
from dagconv.ir.task import Task


def attribute_of(classes: Iterable[str], fields: Collection[str], name: str) -> str:
    """The attribute in which an argument lands, as far as it may be rendered; `classes` are the paths of its MRO.

    `fields` are the object's template fields. An argument that is not told apart lands under its own name.
    """
    if name not in fields:
        for path in classes:
            known = load_operators().find(path)
            attribute = known.rendered_as.get(name) if known is not None else None
            if attribute is not None and attribute in fields:
                return attribute
    return name


def is_rendered(task: Task, name: str) -> bool:
    """Whether Airflow renders what a task is given as this argument."""
    return landing(task, name) in task.template_fields


def landing(task: Task, name: str) -> str:
    """The attribute in which an argument of a task lands."""
    return attribute_of((task.operator.target, *task.operator.bases), task.template_fields, name)
