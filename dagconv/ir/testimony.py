"""What the worker's witness says of a DAG's objects beside the reader: texts that are equal where the objects are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SeenTask:
    """One task object: its class, a hash of what the class does, and each attribute as a canonical text; of a mapped
    task also its instances."""

    path: str
    members: str
    attributes: Mapping[str, str]
    instances: tuple[SeenTask, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenDag:
    """About one DAG: its tasks by id, its own attributes, and by task id the sorted ids upstream of it."""

    tasks: Mapping[str, SeenTask] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    upstream: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
