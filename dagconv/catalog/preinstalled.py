"""Typed look-ups over schemas/preinstalled.json: the packages that the service's worker has (contract 3.2)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from dagconv.catalog.files import read_schema


@dataclass(frozen=True, slots=True)
class Distribution:
    """A package on the worker. `documented` are those that the service's documents name; others are inferred."""

    version: str | None
    documented: bool
    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preinstalled:
    """`modules` are the top-level names of all packages, in lower case, with the package that has each."""

    packages: Mapping[str, Distribution]
    modules: Mapping[str, str]


@functools.cache
def preinstalled() -> Preinstalled:
    rows = read_schema("preinstalled.json")["packages"]
    packages = {
        name: Distribution(row["version"], row["confidence"] == "documented", tuple(row["modules"]))
        for name, row in rows.items()
    }
    return Preinstalled(packages, {module.lower(): name for name, row in packages.items() for module in row.modules})
