"""Rewrites the parts of values: what several passes do to texts and objects wherever they stand in an argument."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from dagconv.catalog.rendering import is_rendered
from dagconv.diagnostics import Rule
from dagconv.ir.task import Argument, Task
from dagconv.ir.value import ListValue, MapValue, SetValue, TemplateFileValue, TupleValue, Value, walk
from dagconv.language.jinja import JinjaError, Template, is_template, parse_template
from dagconv.lower.lowering import Lowering


def rewrite_value(value: Value, rewrite: Callable[[Value], Value]) -> Value:
    """The value with `rewrite` applied to its parts that are no containers; the same object where nothing changed.

    Keys of mappings are left alone: Airflow does not render them either.
    """
    match value:
        case ListValue(items) | TupleValue(items) | SetValue(items):
            inner = tuple(rewrite_value(item, rewrite) for item in items)
            return value if _same(inner, items) else replace(value, items=inner)
        case MapValue(entries):
            values = tuple(rewrite_value(item, rewrite) for _, item in entries)
            if _same(values, tuple(item for _, item in entries)):
                return value
            return MapValue(tuple((key, item) for (key, _), item in zip(entries, values, strict=True)))
        case _:
            return rewrite(value)


def rewrite_arguments(
    lowering: Lowering, rule: Rule, task: Task, rewrite: Callable[[Argument, Value], Value], *, templated: bool = False
) -> Task:
    """The task with `rewrite` applied to the parts of its arguments, each difference declared by `rule`.

    With `templated`, only arguments that Airflow renders.
    """
    for argument in task.arguments:
        if templated and not is_rendered(task, argument.name):
            continue
        value = rewrite_value(argument.value, lambda part, argument=argument: rewrite(argument, part))  # type: ignore[misc]
        if value is not argument.value:
            lowering.declare(rule, task.task_id, argument.name, argument.value, value)
            task = task.with_argument(replace(argument, value=value))
    return task


def rewrite_templates(lowering: Lowering, rule: Rule, task: Task, rewrite: Callable[[Argument, Template], str]) -> Task:
    """The task with `rewrite` applied to the templates of its rendered arguments, also where files hold them."""

    def rewrite_part(argument: Argument, part: Value) -> Value:
        text = part.text if isinstance(part, TemplateFileValue) else part
        if not isinstance(text, str) or not is_template(text):
            return part
        try:
            new = rewrite(argument, parse_template(text))
        except JinjaError:
            return part  # the check of the definition says what is wrong
        if new == text:
            return part
        return replace(part, text=new) if isinstance(part, TemplateFileValue) else new

    return rewrite_arguments(lowering, rule, task, rewrite_part, templated=True)


def _same(left: tuple[Value, ...], right: tuple[Value, ...]) -> bool:
    return all(a is b for a, b in zip(left, right, strict=True))


_WORD = re.compile(r"\w+")


def texts_of(task: Task) -> Iterator[tuple[str, str]]:
    """The texts that Airflow renders, each with its argument's name; those without Jinja included."""
    for argument in task.arguments:
        if is_rendered(task, argument.name):
            for path, part in walk(argument.value):
                if "<key>" not in path and isinstance(part, str | TemplateFileValue):
                    yield argument.name, part if isinstance(part, str) else part.text


def templates_of(task: Task, names: frozenset[str]) -> set[str]:
    """Which of the names occur as words in templates of the task; more rather than less."""
    return {word for _, text in texts_of(task) if "{" in text for word in _WORD.findall(text)} & names
