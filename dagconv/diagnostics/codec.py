"""Findings as data by code and parameters, and back: what outlives a call never holds rendered words."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from dagconv.diagnostics.model import Location, Severity
from dagconv.diagnostics.rule import Diagnostic, Param, Rule

_PLACE = ("line", "column", "end_line", "end_column")
_NAMES = ("dag_id", "task_id", "key")
T = TypeVar("T")


class CodecError(ValueError):
    """The data is no finding that this release knows."""


class Rules(Protocol):
    """What the reader needs of a catalogue."""

    def find(self, name: str) -> Rule | None: ...


def to_data(found: Diagnostic) -> dict[str, Any]:
    """The finding as JSON takes it."""
    return {
        "code": found.code,
        "severity": found.severity.value,
        **{name: getattr(found, name) for name in _NAMES},
        "location": _place(found.location) if found.location else None,
        "related": [_place(other) for other in found.related],
        "params": dict(found.params),
    }


def from_data(data: object, rules: Rules) -> Diagnostic:
    """The finding that `to_data` wrote. Raises CodecError for anything else, and for a code that `rules` lacks."""
    known: dict[Any, Any] = data if isinstance(data, dict) else {}
    match known:
        case {"code": str(code), "severity": str(severity), "params": dict(params), "related": list(related)}:
            pass
        case _:
            raise CodecError("not a finding")
    rule = rules.find(code)
    if rule is None or rule.code != code:
        raise CodecError(f"no code {code}")
    if missing := rule.parameters - params.keys() - set(_NAMES):
        raise CodecError(f"{code} without {min(missing)}")
    if severity not in {one.value for one in Severity}:
        raise CodecError(f"no severity {severity}")
    where = known.get("location")
    return Diagnostic(
        rule,
        None if where is None else _location(where),
        tuple(_location(other) for other in related),
        dag_id=_checked(known, "dag_id", str),
        task_id=_checked(known, "task_id", str),
        key=_checked(known, "key", str),
        severity=Severity(severity),
        params=tuple((_name(name), _param(value, name)) for name, value in params.items()),
    )


def _place(where: Location) -> dict[str, Any]:
    return {"file": where.file, **{name: getattr(where, name) for name in _PLACE}}


def _location(data: Any) -> Location:
    file = _checked(data, "file", str) if isinstance(data, dict) else None
    if file is None:
        raise CodecError("a place without a file")
    return Location(file, *(_checked(data, name, int) for name in _PLACE))


def _checked(data: dict[Any, Any], name: str, kind: type[T]) -> T | None:
    value = data.get(name)
    if value is not None and type(value) is not kind:
        raise CodecError(f"{name} is no {kind.__name__}")
    return value


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise CodecError("a parameter without a name")
    return name


def _param(value: object, name: object) -> Param:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise CodecError(f"the parameter {name} is no scalar")
