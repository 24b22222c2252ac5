"""Drops what the service ignores, one report per place where it was said; the passes `drop_*` give the rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dagconv.catalog.service import service
from dagconv.diagnostics import Rule
from dagconv.ir import codec
from dagconv.ir.task import Task
from dagconv.ir.value import (
    BytesValue,
    CallableValue,
    ContainerValue,
    EnumValue,
    ListValue,
    MapValue,
    OpaqueValue,
    ParamReference,
    SetValue,
    TimedeltaValue,
    TupleValue,
    Value,
)
from dagconv.language.duration import shown
from dagconv.lower.lowering import Lowering, given


def drop_arguments(
    lowering: Lowering,
    rules: Mapping[str, Rule],
    *,
    only: Collection[str] | None = None,
) -> None:
    """Drops the arguments named in `rules` from every task and reports them; with `only`, where `show` gives one of it.

    Rules may use `{value}` and `{where}`. A value that means what leaving the argument out means goes without a
    word, and is declared all the same. What default_args gave is reported once, at the DAG.
    """

    def rewrite(task: Task) -> Task:
        for name, rule in rules.items():
            argument = given(task, name)
            if argument is None or (only is not None and show(argument.value) not in only):
                continue
            if not _is_harmless(name, argument.value):
                lowering.report_argument(rule, task, name, value=show(argument.value))
            task = lowering.drop_argument(rule, task, name)
        return task

    lowering.map_tasks(rewrite)


def _is_harmless(name: str, value: Value) -> bool:
    if value in (None, ListValue(()), MapValue(())):
        return True
    return any(codec.same(value, known) for known in service().harmless_values.get(name, ()))


def drop_settings(lowering: Lowering, rules: Mapping[str, Rule]) -> None:
    """Drops the DAG's arguments named in `rules` and reports each; rules may use `{value}` and `{where}`."""
    for name, rule in rules.items():
        setting = lowering.workflow.setting(name)
        if setting is not None:
            lowering.report(rule, None, name, value=show(setting.value), where="the DAG")
            lowering.drop_setting(rule, name)


def show(value: Value) -> str:
    """A value in a message, as Python would write it."""
    match value:
        case TimedeltaValue():
            return shown(value.total_seconds)
        case CallableValue(module, name):
            return f"{module}.{name}" if module else name
        case OpaqueValue(path):
            return f"an object of {path}"
        case ParamReference(name):
            return f"the parameter {name}"
        case EnumValue(value=inner) | ContainerValue(plain=inner):
            return show(inner)
        case ListValue(items) | TupleValue(items) | SetValue(items):
            return "[" + ", ".join(show(item) for item in items) + "]"
        case MapValue(entries):
            return "{" + ", ".join(f"{show(key)}: {show(item)}" for key, item in entries) + "}"
        case BytesValue(hexadecimal):
            return repr(bytes.fromhex(hexadecimal))
        case None | bool() | int() | float() | str():
            return repr(value)
        case _:
            text = getattr(value, "text", None)
            return text if isinstance(text, str) else codec.canonical(value)
