"""Values written as what is really loaded, or, unsafely, as what was probably meant."""

from __future__ import annotations

import datetime

import yaml

from dagconv.catalog.operators import load_operators
from dagconv.catalog.service import service
from dagconv.diagnostics import Diagnostic, Severity
from dagconv.fix.source import Edit, Source, replaced


def write_loaded_value(source: Source, found: Diagnostic) -> list[Edit]:
    """yes -> true, 010 -> 8, 1:30 -> 90, 1_000 -> 1000; dates stay, as no plain word says a date object."""
    node = source.scalar_at(found.location)
    if node is None or node.style:
        return []
    loaded = yaml.safe_load(source.text[node.start_mark.index : node.end_mark.index])
    if isinstance(loaded, bool):
        return [replaced(node, "true" if loaded else "false")]
    if isinstance(loaded, int):
        return [replaced(node, str(loaded))]
    if isinstance(loaded, float) and loaded == loaded and abs(loaded) < 1e15:
        return [replaced(node, repr(loaded))]
    return []


def quote_word(source: Source, found: Diagnostic) -> list[Edit]:
    """The word as text: another value than the one loaded until now; where a boolean belongs, the boolean."""
    if found.severity is Severity.INFO:
        return write_loaded_value(source, found)
    node = source.scalar_at(found.location)
    if node is None or node.style or isinstance(yaml.safe_load(node.value), (str, type(None))):
        return []
    return [replaced(node, f"'{node.value}'")]


def write_current_path(source: Source, found: Diagnostic) -> list[Edit]:
    """The present path of a class that moved."""
    node = source.scalar_at(found.location)
    canonical = load_operators().canonical(node.value) if node is not None else ""
    return [replaced(node, canonical)] if node is not None and canonical != node.value else []


def write_current_trigger_rule(source: Source, found: Diagnostic) -> list[Edit]:
    node = source.scalar_at(found.location)
    instead = service().removed_trigger_rules.get(node.value) if node is not None else None
    return [replaced(node, instead)] if node is not None and instead else []


def write_preset_as_cron(source: Source, found: Diagnostic) -> list[Edit]:
    """@midnight and @quarterly as the five fields that Airflow takes them for."""
    node = source.scalar_at(found.location)
    cron = service().airflow_presets.get(node.value.strip()) if node is not None else None
    return [replaced(node, f'"{cron}"')] if node is not None and cron else []


def write_list(source: Source, found: Diagnostic) -> list[Edit]:
    """A single dependency as a list."""
    node = source.scalar_at(found.location)
    entry = source.entry_at(found.location)
    if node is None or not node.value or entry is None or node.value.strip() != node.value or "\n" in node.value:
        return []
    if entry[0].value[entry[1]][1] is not node:
        return []  # an item of a list, or a key
    return [replaced(node, f"[{source.text[node.start_mark.index : node.end_mark.index]}]")]


def write_number(source: Source, found: Diagnostic) -> list[Edit]:
    """A whole number in quotes without them: Airflow takes it as that number anyway."""
    node = source.scalar_at(found.location)
    if node is None or not node.style or not node.value.isdecimal() or node.value != str(int(node.value)):
        return []
    return [replaced(node, node.value)]


def clamp_retries(source: Source, found: Diagnostic) -> list[Edit]:
    node = source.scalar_at(found.location)
    return [replaced(node, str(service().limits.retries_max))] if node is not None and _is_positive(node) else []


def clamp_retry_delay(source: Source, found: Diagnostic) -> list[Edit]:
    node = source.scalar_at(found.location)
    return [replaced(node, str(service().limits.retry_delay_max))] if node is not None and _is_positive(node) else []


def write_timedelta(source: Source, found: Diagnostic) -> list[Edit]:
    """A number of seconds as the object that execution_timeout needs."""
    node = source.scalar_at(found.location)
    if node is None or not _is_positive(node):
        return []
    return [replaced(node, f"{{__type__: datetime.timedelta, seconds: {node.value}}}")]


def write_utc(source: Source, found: Diagnostic) -> list[Edit]:
    """The moment that an offset means, in UTC."""
    node = source.scalar_at(found.location)
    try:
        moment = datetime.datetime.fromisoformat(node.value if node is not None else "")
    except ValueError:
        return []
    if node is None or moment.tzinfo is None:
        return []
    return [replaced(node, f'"{moment.astimezone(datetime.timezone.utc):%Y-%m-%dT%H:%M:%S}"')]


def _is_positive(node: yaml.ScalarNode) -> bool:
    try:
        return not node.style and float(node.value) > 0
    except ValueError:
        return False
