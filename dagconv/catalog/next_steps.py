"""What may be done next about a call that AWS refused, from schemas/next_steps.json."""

from __future__ import annotations

import functools
from typing import Any

from dagconv.catalog.files import read_schema


def next_step(cause: str, code: str = "") -> str:
    """By the error's code where that has a step of its own, else by its cause. Raises KeyError for an unknown cause."""
    table = _table()
    step: str = table["codes"].get(code) or table["causes"][cause]
    return step


@functools.cache
def _table() -> Any:
    return read_schema("next_steps.json")
