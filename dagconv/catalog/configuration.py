"""Typed look-ups over schemas/configuration.json: options of airflow.cfg that change what a DAG means."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from dagconv.catalog.files import read_schema


@dataclass(frozen=True, slots=True)
class Option:
    """`sets` is the argument or property that the option gives where the source gives none; `kind` its form."""

    sets: str
    kind: str


@functools.cache
def options() -> Mapping[str, Option]:
    """By `section.option`."""
    return {
        name: Option(row["sets"], row["kind"]) for name, row in read_schema("configuration.json")["options"].items()
    }


def read_flag(text: str) -> bool:
    """As Airflow reads it. Raises ValueError."""
    word = text.strip().lower()
    if word in ("t", "true", "1"):
        return True
    if word in ("f", "false", "0"):
        return False
    raise ValueError(f"{text!r} is neither true nor false")
