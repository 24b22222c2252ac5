"""Declared differences applied to the source's table: what the definition must then mean, exactly."""

from __future__ import annotations

from collections.abc import Sequence

from dagconv.ir import codec
from dagconv.ir.change import Change
from dagconv.ir.task import MISSING, Default
from dagconv.ir.workflow import Workflow
from dagconv.prove.view import Reader, View, absent_fields, argument_text, canonical_field, view_workflow

# Declared by their text as the table has it, since they are no argument values.
_BY_TEXT = frozenset({"schedule", "params", "mapping"})

Misfit = tuple[Change, "str | None"]


def declared_view(source: Workflow, changes: Sequence[Change]) -> tuple[View, list[Misfit]]:
    """The source's table after all declarations, and those whose `before` is not there or that change nothing.

    Declarations of one row compose in their order.
    """
    table = view_workflow(source, Reader.AIRFLOW)
    misfits: list[Misfit] = []
    origins: dict[str, str] = {}
    unrolled: set[str] = set()
    for change in changes:
        if change.field == "task_id" and change.task_id is not None and isinstance(change.after, str):
            origins[change.task_id] = change.after
            unrolled.add(change.after)
            _copy_task(table, change.after, change.task_id)
            continue
        row = (change.task_id, change.field)
        defaults = _default_of(source, origins.get(change.task_id or "", change.task_id), change.field)
        before = _text(change, change.before, defaults, Reader.AIRFLOW)
        actual = table.get(row)
        if actual != before or codec.same(change.before, change.after):
            misfits.append((change, actual))
        after = _text(change, change.after, defaults, Reader.SERVICE)
        if after is None:
            table.pop(row, None)
        else:
            table[row] = after
    for row in [row for row in table if row[0] in unrolled]:
        del table[row]
    return table, misfits


def _copy_task(table: View, mapped: str, task_id: str) -> None:
    for (owner, field), text in list(table.items()):
        if owner == mapped:
            table[task_id, field] = text


def _default_of(source: Workflow, task_id: str | None, field: str) -> Default:
    owner = source.task(task_id) if task_id else None
    argument = owner.argument(field) if owner else None
    return argument.default if argument else MISSING


def _text(change: Change, value: Default, default: Default, reader: Reader) -> str | None:
    if change.field in _BY_TEXT:
        return value if isinstance(value, str) else None
    if change.task_id is None:
        return None if value is MISSING else canonical_field(change.field, value)
    match change.field:
        case "operator":
            return value if isinstance(value, str) else None
        case "setup" | "teardown" | "on_failure_fail_dagrun":
            return codec.canonical(True) if value is True else None
        case "upstream":
            return None if value is MISSING else codec.canonical(value)
        case field if field in absent_fields(reader) or not field.startswith("residue:"):
            return argument_text(field, value, default, reader)
        case _:
            return None if value is MISSING else codec.canonical(value)
