"""What the files of a call ask of their environment, put together by name, and the files to fill in for it; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagconv.assessment.placeholders import TEXT
from dagconv.load.asks import Ask

_KINDS = {"1": "a whole number", "1.0": "a number", "true": "true or false"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`places` are where it is read, each once; `waiting` the files of the call that cannot go on without it."""

    kind: str
    name: str
    places: tuple[tuple[str, int], ...]
    waiting: tuple[str, ...]
    details: tuple[str, ...] = ()

    @property
    def has_default(self) -> bool:
        return not self.waiting


def wanted_of(asks: Mapping[str, Iterable[Ask]]) -> tuple[Wanted, ...]:
    """From what each file of the call asked for, by its path. Sorted by kind and name."""
    found: dict[tuple[str, str], list[tuple[str, Ask]]] = {}
    for path, asked in asks.items():
        for ask in asked:
            found.setdefault((ask.kind, ask.name), []).append((path, ask))
    return tuple(_wanted(kind, name, uses) for (kind, name), uses in sorted(found.items()))


def _wanted(kind: str, name: str, uses: Sequence[tuple[str, Ask]]) -> Wanted:
    places = dict.fromkeys((ask.file, ask.line) for _, ask in uses)
    waiting = dict.fromkeys(path for path, ask in uses if not ask.has_default)
    details = dict.fromkeys(ask.detail for _, ask in uses if ask.detail)
    return Wanted(kind, name, tuple(places), tuple(waiting), tuple(details))


def type_words(value: str) -> str:
    """How the source uses a value, from what `typed_values` made of it; empty for text."""
    if value in _KINDS:
        return _KINDS[value]
    return "JSON" if value.startswith(("{", "[")) else "a list in one text" if value != TEXT else ""


def template_texts(
    wanted: Sequence[Wanted], values: Mapping[str, str], held: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Texts by file name, of what has no default: null, or a line behind #, stands for what is not filled in yet.

    `held` are values of Variables that are known, texts as Airflow stores them.
    """
    held = held or {}

    def missing(kind: str) -> list[Wanted]:
        return [one for one in wanted if one.kind == kind and not one.has_default]

    variables: dict[str, object] = {
        one.name: held[one.name] if one.name in held else _to_fill_in(values.get(one.name, TEXT))
        for one in missing("variable")
    }
    connections = {one.name: {"conn_type": None, "host": None} for one in missing("connection")}
    calls = [_call(one.name, detail) for one in missing("aws") for detail in one.details]
    lines = [f"#{one.name}=" for one in missing("environment")]
    texts = {
        "variables.json": json.dumps(variables, indent=2) if variables else "",
        "connections.json": json.dumps(connections, indent=2) if connections else "",
        "environment.env": "\n".join(("# Give values, and take the # of these lines away.", *lines)) if lines else "",
        "aws-replies.json": json.dumps(calls, indent=2) if calls else "",
    }
    return {name: f"{text}\n" for name, text in texts.items() if text}


def _to_fill_in(value: str) -> dict[str, None] | None:
    """A mapping with the keys that are asked of it; null for all else."""
    try:
        keys = json.loads(value)
    except ValueError:
        return None
    return dict.fromkeys(keys) if isinstance(keys, dict) and keys else None


def _call(operation: str, detail: str) -> dict[str, Any]:
    service, parameters = json.loads(detail)
    try:
        given = json.loads(parameters)
    except ValueError:  # the worker cut it
        given = {}
    return {"service": service, "operation": operation, "parameters": given, "reply": {}}
