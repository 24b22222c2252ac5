"""One sentence on each operator argument, from schemas/operators/_words.json or from its name; for help and hover."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from dagconv.catalog.files import read_schema


def describe(class_name: str, argument: str) -> str:
    """A sentence with a full stop; never empty."""
    words: Mapping[str, str] = _texts()["words"]
    found = words.get(f"{class_name}.{argument}") or words.get(argument)
    if found:
        return found
    endings: Mapping[str, str] = _texts()["endings"]
    for ending, sentence in endings.items():
        if argument.endswith(ending):
            return sentence.format(argument.removesuffix(ending).replace("_", " "))
    return f"{argument.replace('_', ' ').capitalize()}."


@functools.cache
def _texts() -> Mapping[str, Any]:
    texts: Mapping[str, Any] = read_schema("operators/_words.json")
    return texts
