"""A list of tasks, which only dag-factory itself takes, as a mapping keyed by task id."""

from __future__ import annotations

import re

import yaml

from dagconv.diagnostics import Diagnostic
from dagconv.fix.source import Edit, Source, start_of

_PLAIN_ID = re.compile(r"[A-Za-z_][\w.-]*")


def write_mapping(source: Source, found: Diagnostic) -> list[Edit]:
    """`- task_id: a` becomes `a:` in the column of the dash; the task's other lines stay where they are."""
    entry = source.entry_at(found.location)
    if entry is None:
        return []
    mapping, index = entry
    key, tasks = mapping.value[index]
    if not isinstance(tasks, yaml.SequenceNode) or tasks.flow_style:
        return []
    edits: list[Edit] = []
    beside = tasks.start_mark.column <= key.start_mark.column  # the dashes stand in the column of `tasks`
    for item in tasks.value:
        changed = _write_item(source, item, "  " if beside else "")
        if changed is None:
            return []
        edits += changed
    if beside:
        edits += _indented(source, tasks, {edit.start for edit in edits})
    return edits


def _write_item(source: Source, item: yaml.Node, indent: str) -> list[Edit] | None:
    if not isinstance(item, yaml.MappingNode) or item.flow_style or len(item.value) < 2:
        return None
    index = next((index for index, (key, _) in enumerate(item.value) if key.value == "task_id"), None)
    value = item.value[index][1] if index is not None else None
    if index is None or not isinstance(value, yaml.ScalarNode) or not _PLAIN_ID.fullmatch(value.value):
        return None
    name = source.text[start_of(value) : value.end_mark.index]
    dash = source.text.rindex("-", 0, start_of(item))
    if source.text[source.line_start(dash) : dash].strip() or source.text[dash + 1 : start_of(item)].strip():
        return None  # the item starts on another line than its dash
    if index == 0:
        return [Edit(dash, value.end_mark.index, f"{name}:")]
    removed = source.removed(item, index)
    first = item.value[0][0]
    comment = source.text[value.end_mark.index : source.line_end(value.end_mark.index)].rstrip()
    head = f"{name}:{comment}{source.newline}{indent}{' ' * first.start_mark.column}"
    return None if removed is None else [Edit(dash, start_of(first), head), removed]


def _indented(source: Source, tasks: yaml.SequenceNode, taken: set[int]) -> list[Edit]:
    """Moves the lines of a list that stands in the column of its key, where a mapping's keys would be siblings."""
    edits, at = [], source.line_start(start_of(tasks))
    last = source.last_of(tasks)
    while at <= last:
        if source.text[at : source.line_end(at)].strip() and at not in taken:
            edits.append(Edit(at, at, "  "))
        at = source.line_end(at)
    return edits
