"""Typed look-ups over schemas/context.json: what Airflow 3.0.6 hands to the function of a task."""

from __future__ import annotations

import functools

from dagconv.catalog.files import read_schema


@functools.cache
def context_keys() -> frozenset[str]:
    """Names of parameters that Airflow fills in."""
    data = read_schema("context.json")
    return frozenset(data["keys"]) | frozenset(data["dated"])
