"""What the service accepts, ignores and fills in, from schemas/service.json; asked by lower, check, emit and prove."""

from __future__ import annotations

import enum
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

from dagconv.catalog.files import read_schema


class KeyStatus(str, enum.Enum):
    """What the service does with a key. UNPROVEN: sources disagree or only one knows it, so it is never written."""

    ACCEPTED = "accepted"
    IGNORED = "ignored"
    REJECTED = "rejected"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Fact:
    """How a statement is known: an evidence letter, tags of sources, the contract's section."""

    evidence: str
    sources: tuple[str, ...]
    section: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A source behind a tag: what it is, its public address, and the day (ISO) on which a copy was looked up."""

    what: str
    address: str
    checked: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the DAG level, of default_args or of a task. `kind` groups ignored task keys by what is lost
    (callback, queueing, ordering, ...); `instead` is the key that says the same.
    """

    name: str
    status: KeyStatus
    fact: Fact
    summary: str = ""
    kind: str = ""
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Largest accepted values; seconds, bytes and counts as the names say."""

    retries_max: int
    retry_delay_max: int
    execution_timeout_max: int
    definition_bytes: int
    definition_bytes_certain: int
    xcom_bytes: int
    workflows: int
    versions: int
    concurrent_runs_account: int
    concurrent_runs_workflow: int
    code_storage_bytes: int
    code_bytes: int
    code_unpacked_bytes: int
    environment_variables: int
    environment_name_max: int
    environment_value_max: int
    name_max: int
    description_max: int
    tags: int
    trigger_mode_max: int
    bucket_min: int
    bucket_max: int
    object_key_max: int
    worker_vcpu: int
    worker_memory_bytes: int
    schedule_precision: int
    reschedule_overhead: int


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the service takes when a task leaves a key out: retries, and seconds."""

    retries: int
    retry_delay: int
    execution_timeout: int


@dataclass(frozen=True, slots=True)
class Patterns:
    """Regular expressions (ECMA and Python alike) that a whole name must match."""

    dag_id: str
    task_id: str
    workflow_name: str
    environment_name: str


@dataclass(frozen=True, slots=True)
class Jinja:
    """Names in the template context. `removed` maps a name of Airflow 2 to the expression with the same value
    under Airflow 3's data intervals, or None; `unlisted` exist in the engine though the user guide is silent.
    """

    listed: frozenset[str]
    unlisted: frozenset[str]
    removed: Mapping[str, str | None]
    removed_notes: Mapping[str, str]
    macros: frozenset[str]
    macros_unlisted: frozenset[str]
    filters: frozenset[str]
    needs_secrets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Service:
    """All facts. `facts` holds the evidence of limits, defaults and whole groups by dotted name
    (`limits.retries_max`, `trigger_rules`). `harmless_values` are those of ignored keys with which nothing is
    lost, besides null and what is empty; from `harmless_from` on a number is harmless too."""

    limits: Limits
    defaults: Defaults
    patterns: Patterns
    dag_keys: Mapping[str, Key]
    other_dag_keys: Key
    default_args_keys: Mapping[str, Key]
    default_args_disputed: frozenset[str]
    task_structure_keys: Mapping[str, Key]
    task_keys_misread: Mapping[str, Key]
    ignored_task_keys: Mapping[str, Key]
    dropped_aws_keys: Mapping[str, Key]
    harmless_values: Mapping[str, tuple[bool | int | str, ...]]
    harmless_from: Mapping[str, int]
    trigger_rules: frozenset[str]
    trigger_rule_default: str
    removed_trigger_rules: Mapping[str, str]
    schedule_presets: Mapping[str, str]
    airflow_presets: Mapping[str, str]
    presets_without_cron: frozenset[str]
    reserved_yaml_keys: frozenset[str]
    reserved_root_keys: frozenset[str]
    allowed_type_objects: Mapping[str, Fact]
    jinja: Jinja
    engine: Mapping[str, str]
    preinstalled: Mapping[str, str]
    events: Mapping[str, str]
    trigger_modes: tuple[str, ...]
    excluded_partitions: frozenset[str]
    excluded_zones: frozenset[str]
    environment_reserved_prefixes: tuple[str, ...]
    environment_allowed_reserved: tuple[str, ...]
    facts: Mapping[str, Fact]
    sources: Mapping[str, Document]
    evidence: Mapping[str, str]

    def dag_key(self, name: str) -> Key:
        """What happens to a DAG-level key; any key without an entry is rejected."""
        return self.dag_keys.get(name) or Key(name, self.other_dag_keys.status, self.other_dag_keys.fact)

    def ignored_attributes(self, dag: Mapping[str, Any]) -> set[str]:
        """Keys of a definition's body that are accepted, ignored and named in `Warnings` (contract 4)."""
        found = {key for key in dag if self.dag_key(str(key)).status is KeyStatus.IGNORED}
        ignored = self.ignored_task_keys.keys() | self.dropped_aws_keys.keys()
        for task in (dag.get("tasks") or {}).values():
            if isinstance(task, dict):
                found |= {key for key in task if key in ignored}
        return found


@functools.cache
def service() -> Service:
    """The facts, read once. Raises InternalError when the file is missing."""
    data = read_schema("service.json")
    task_fact, aws_fact = _fact(data["ignored_task_keys_fact"]), _fact(data["dropped_aws_keys_fact"])
    return Service(
        limits=Limits(**{field.name: data["limits"][field.name]["value"] for field in fields(Limits)}),
        defaults=Defaults(**{field.name: data["defaults"][field.name]["value"] for field in fields(Defaults)}),
        patterns=Patterns(**{field.name: data["patterns"][field.name]["value"] for field in fields(Patterns)}),
        dag_keys=_keys(data["dag_keys"]),
        other_dag_keys=_key("", data["other_dag_keys"]),
        default_args_keys=_keys(data["default_args_keys"]),
        default_args_disputed=frozenset(data["default_args_disputed"]["keys"]),
        task_structure_keys=_keys(data["task_structure_keys"], KeyStatus.ACCEPTED),
        task_keys_misread=_keys(data["task_keys_misread"], KeyStatus.REJECTED),
        ignored_task_keys=_keys(data["ignored_task_keys"], KeyStatus.IGNORED, task_fact),
        dropped_aws_keys=_keys(data["dropped_aws_keys"], KeyStatus.IGNORED, aws_fact),
        harmless_values=MappingProxyType({k: tuple(v) for k, v in data["harmless_values"].items()}),
        harmless_from=MappingProxyType(data["harmless_from"]),
        trigger_rules=frozenset(data["trigger_rules"]["valid"]),
        trigger_rule_default=data["trigger_rules"]["default"],
        removed_trigger_rules=MappingProxyType(data["trigger_rules"]["removed"]),
        schedule_presets=MappingProxyType(data["schedule"]["presets"]),
        airflow_presets=MappingProxyType(data["schedule"]["airflow_presets"]),
        presets_without_cron=frozenset(data["schedule"]["without_cron"]),
        reserved_yaml_keys=frozenset(data["reserved_yaml_keys"]),
        reserved_root_keys=frozenset(data["reserved_root_keys"]),
        allowed_type_objects=MappingProxyType({k: _fact(v) for k, v in data["allowed_type_objects"].items()}),
        jinja=_jinja(data["jinja"]),
        engine=MappingProxyType(data["engine"]),
        preinstalled=MappingProxyType(data["preinstalled"]),
        events=MappingProxyType(data["events"]),
        trigger_modes=tuple(data["trigger_modes"]),
        excluded_partitions=frozenset(data["regions"]["excluded_partitions"]),
        excluded_zones=frozenset(data["regions"]["excluded_zones"]),
        environment_reserved_prefixes=tuple(data["environment_reserved_prefixes"]),
        environment_allowed_reserved=tuple(data["environment_allowed_reserved"]),
        facts=MappingProxyType(dict(_facts(data))),
        sources=MappingProxyType({tag: Document(**body) for tag, body in data["sources"].items()}),
        evidence=MappingProxyType(data["evidence"]),
    )


def _fact(body: Mapping[str, Any], fallback: Fact | None = None) -> Fact:
    note = body.get("note", "")
    if "evidence" not in body and fallback is not None:
        return Fact(fallback.evidence, fallback.sources, fallback.section, note or fallback.note)
    return Fact(body.get("evidence", "?"), tuple(body.get("sources", ())), body.get("section", ""), note)


def _key(
    name: str, body: Mapping[str, Any], status: KeyStatus = KeyStatus.REJECTED, fallback: Fact | None = None
) -> Key:
    return Key(
        name,
        KeyStatus(body.get("status", status)),
        _fact(body, fallback),
        body.get("summary", ""),
        body.get("kind", ""),
        body.get("instead"),
    )


def _keys(
    group: Mapping[str, Mapping[str, Any]], status: KeyStatus = KeyStatus.REJECTED, fallback: Fact | None = None
) -> Mapping[str, Key]:
    return MappingProxyType({name: _key(name, body, status, fallback) for name, body in group.items()})


def _jinja(body: Mapping[str, Any]) -> Jinja:
    removed: Mapping[str, Mapping[str, Any]] = body["removed"]
    return Jinja(
        listed=frozenset(body["listed"]),
        unlisted=frozenset(body["unlisted"]),
        removed=MappingProxyType({name: row["instead"] for name, row in removed.items()}),
        removed_notes=MappingProxyType({name: row["note"] for name, row in removed.items() if "note" in row}),
        macros=frozenset(body["macros"]),
        macros_unlisted=frozenset(body["macros_unlisted"]),
        filters=frozenset(body["filters"]),
        needs_secrets=frozenset(body["needs_secrets"]),
    )


def _facts(data: Mapping[str, Any]) -> Iterable[tuple[str, Fact]]:
    """Every group and every entry of a group that says how it is known."""
    for name, group in data.items():
        if not isinstance(group, dict):
            continue
        if "evidence" in group and isinstance(group["evidence"], str):
            yield name, _fact(group)
        for entry, body in group.items():
            if isinstance(body, dict) and "evidence" in body:
                yield f"{name}.{entry}", _fact(body)
