"""Keys renamed to those of the format, and keys taken out that the service ignores."""

from __future__ import annotations

import yaml

from dagconv.catalog.service import service
from dagconv.diagnostics import Diagnostic, Location
from dagconv.fix.source import Edit, Source, child, replaced

# Keys of dag-factory before 1.0 (contract 1.2): the value was a number of seconds.
_SECONDS = {"retry_delay_sec": "retry_delay", "execution_timeout_secs": "execution_timeout"}
_KEPT = frozenset({"description"})  # ignored, and still the place where a reader looks


def rename_key(source: Source, found: Diagnostic) -> list[Edit]:
    """schedule_interval -> schedule, depends_on -> dependencies, and the old `_sec` keys with their values."""
    entry = source.entry_at(found.location)
    if entry is None or found.key is None:
        return []
    mapping, index = entry
    key, value = mapping.value[index]
    if not isinstance(key, yaml.ScalarNode) or key.value != found.key:
        return []
    if key.value in _SECONDS:
        return _rename_seconds(mapping, key, value)
    if key.value == "sla_secs":
        return remove_entry(source, found)
    known = service().dag_keys.get(key.value) if found.task_id is None else service().task_keys_misread.get(key.value)
    instead = known.instead if known is not None else None
    if instead is None or child(mapping, instead) is not None:
        return []
    return [replaced(key, instead)]


def _rename_seconds(mapping: yaml.MappingNode, key: yaml.ScalarNode, value: yaml.Node) -> list[Edit]:
    instead = _SECONDS[key.value]
    if child(mapping, instead) is not None or not isinstance(value, yaml.ScalarNode) or not value.value.isdecimal():
        return []
    edits = [replaced(key, instead)]
    if instead == "execution_timeout":
        edits.append(replaced(value, f"{{__type__: datetime.timedelta, seconds: {value.value}}}"))
    return edits


def remove_entry(source: Source, found: Diagnostic) -> list[Edit]:
    """The entry at the finding's place, with its lines."""
    return _remove(source, (found.location,))


def remove_ignored(source: Source, found: Diagnostic) -> list[Edit]:
    """All entries that the finding names; `description` stays."""
    return _remove(source, (found.location, *found.related))


def _remove(source: Source, places: tuple[Location | None, ...]) -> list[Edit]:
    edits = []
    for place in places:
        entry = source.entry_at(place)
        if entry is None:
            continue
        mapping, index = entry
        if mapping.value[index][0].value in _KEPT:
            continue
        edit = source.removed(mapping, index)
        if edit is not None:
            edits.append(edit)
    return edits


def add_reschedule(source: Source, found: Diagnostic) -> list[Edit]:
    """`mode: reschedule` before the entry at the finding's place."""
    entry = source.entry_at(found.location)
    if entry is None:
        return []
    mapping, index = entry
    mode = child(mapping, "mode")
    if mode is not None:
        return [replaced(mode, "reschedule")]
    key = mapping.value[index][0]
    at: int = key.start_mark.index
    if mapping.flow_style:
        return [Edit(at, at, "mode: reschedule, ")]
    return [Edit(at, at, f"mode: reschedule{source.newline}{' ' * key.start_mark.column}")]


def replace_deferrable(source: Source, found: Diagnostic) -> list[Edit]:
    """Takes deferrable out; the `mode` of a sensor takes its place where the finding proposes it."""
    entry = source.entry_at(found.location)
    if entry is None:
        return []
    mapping, index = entry
    key, value = mapping.value[index]
    if found.param("sensor") and child(mapping, "mode") is None:
        return [replaced(key, "mode"), replaced(value, "reschedule")]
    return remove_entry(source, found)
