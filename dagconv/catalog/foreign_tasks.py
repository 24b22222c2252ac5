"""Typed look-ups over schemas/foreign_tasks.json: tasks whose code the service's worker cannot run."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from dagconv.catalog.files import read_schema


@dataclass(frozen=True, slots=True)
class ForeignTask:
    """`reason` goes on after the name of the class; `lent` decorators are stood in for while a file is read, and
    `gives` are parameters of functions that they fill in."""

    decorators: tuple[str, ...]
    reason: str
    advice: str
    lent: bool
    gives: tuple[str, ...]


@functools.cache
def foreign_tasks() -> Mapping[str, ForeignTask]:
    """By the paths of their classes."""
    return {
        path: ForeignTask(
            tuple(row["decorators"]), row["reason"], row["advice"], row.get("lent", False), tuple(row.get("gives", ()))
        )
        for path, row in read_schema("foreign_tasks.json")["classes"].items()
    }
