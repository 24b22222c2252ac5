"""Typed look-ups over schemas/renames.json and old_names.json: what other Airflow releases call things."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dagconv.catalog.files import read_schema
from dagconv.ir.value import ListValue, MapValue, Value


@dataclass(frozen=True, slots=True)
class Absent:
    """A name whose class lives in a provider that the service does not have; `provider` without its prefix."""

    new: str
    provider: str


@dataclass(frozen=True, slots=True)
class Adapted:
    """An old class whose arguments have to be converted for the class that took its place; `how` names the
    way, `defaults` are arguments that the old class had by itself."""

    new: str
    how: str
    defaults: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class DateVariable:
    """A date variable of templates: `moment` is start, end, previous, yesterday or tomorrow; `form` how it is shown."""

    moment: str
    form: str


@dataclass(frozen=True, slots=True)
class OldDefault:
    """The default that an argument had in a release of the Amazon provider; MISSING has no entry."""

    release: tuple[int, ...]
    value: Value
    known: bool  # whether the default is a plain value


@dataclass(frozen=True)
class Renames:
    """Keys are full dotted names. `arguments` maps class -> old argument -> new one, None where it is dropped
    without loss; `adapted_arguments` to the way of converting; `lost_arguments` to what to do instead."""

    names: Mapping[str, str]
    absent: Mapping[str, Absent]
    importable: Mapping[str, str]
    newer: Mapping[str, str]
    adapted: Mapping[str, Adapted]
    emulated: Mapping[str, str]
    gone: Mapping[str, str]
    arguments: Mapping[str, Mapping[str, str | None]]
    adapted_arguments: Mapping[str, Mapping[str, str]]
    lost_arguments: Mapping[str, Mapping[str, str]]
    changed_values: Mapping[str, Mapping[str, Mapping[str, str]]]
    trigger_rules: Mapping[str, str]
    dag_renamed: Mapping[str, str]
    dag_dropped: frozenset[str]
    dag_positional: tuple[str, ...]
    dates: Mapping[str, DateVariable]
    removed_variables: frozenset[str]
    defaults: Mapping[str, Mapping[str, tuple[OldDefault, ...]]]

    @functools.cached_property
    def old_names(self) -> frozenset[str]:
        """Every name that an import of the source may ask for and that Airflow 3.0.6 does not have."""
        tables = (self.names, self.absent, self.newer, self.adapted, self.emulated, self.gone)
        return frozenset().union(*tables)

    def modern(self, old: str) -> str | None:
        """Where the thing lives now, or what is used in its place; None for a name that is not old."""
        for table in (self.names, self.newer, self.importable, self.emulated, self.gone):
            if old in table:
                return table[old]
        if old in self.absent:
            return self.absent[old].new
        return self.adapted[old].new if old in self.adapted else None


@functools.cache
def renames() -> Renames:
    data, listed = read_schema("renames.json"), read_schema("old_names.json")
    dag, variables = data["dag"], data["variables"]
    return Renames(
        names={old: new for old, (_, new) in listed["moved"].items()} | data["names"],
        absent={old: Absent(*row) for old, row in data["absent"].items()},
        importable=data["importable"],
        newer=data["newer"],
        adapted={
            old: Adapted(row["class"], row["how"], tuple(row.get("defaults", {}).items()))
            for old, row in data["adapted"].items()
        },
        emulated=data["emulated"],
        gone={old: _in_its_place(*row) for old, row in listed["gone"].items()} | data["gone"],
        arguments=data["arguments"],
        adapted_arguments=data["adapted_arguments"],
        lost_arguments=data["lost_arguments"],
        changed_values=data["changed_values"],
        trigger_rules=data["trigger_rules"],
        dag_renamed=dag["renamed"],
        dag_dropped=frozenset(dag["dropped"]),
        dag_positional=tuple(dag["positional"]),
        dates={name: DateVariable(*row) for name, row in variables["dates"].items()},
        removed_variables=frozenset(variables["removed"]),
        defaults={
            cls: {name: tuple(_old_default(row) for row in rows) for name, rows in arguments.items()}
            for cls, arguments in data["defaults"].items()
        },
    )


def _in_its_place(last: str, advice: str) -> str:
    """From the last release that had a name, and the path that this advised to use."""
    return f"{advice or 'nothing'} (last seen in {last})"


def release(text: str) -> tuple[int, ...]:
    """`8.24.0` as numbers. Raises ValueError."""
    return tuple(int(part) for part in text.split("."))


def _old_default(row: list[Any]) -> OldDefault:
    text, value = row
    if isinstance(value, dict) and "expression" in value:
        return OldDefault(release(text), None, known=False)
    return OldDefault(release(text), _value(value), known=True)


def _value(data: Any) -> Value:
    match data:
        case list():
            return ListValue(tuple(_value(item) for item in data))
        case dict():
            return MapValue(tuple((key, _value(item)) for key, item in data.items()))
        case _:
            plain: Value = data
            return plain
