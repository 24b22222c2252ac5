"""What is known of each operator class: where it is listed and which arguments it takes; from schemas/operators/.

Index first: a service's file is read when one of its classes is asked for.
"""

from __future__ import annotations

import difflib
import enum
import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dagconv.catalog.files import read_schema
from dagconv.catalog.wording import describe
from dagconv.errors import UsageError
from dagconv.ir import codec
from dagconv.ir.task import MISSING, Default
from dagconv.ir.value import Value

# `instance`: an object of a class that a definition cannot write.
TYPES = ("string", "integer", "number", "boolean", "array", "object", "null", "timedelta", "datetime", "callable",
         "instance", "any")  # fmt: skip


class Status(str, enum.Enum):
    """How a class path is known to the service (contract 2)."""

    CONFIRMED = "confirmed"
    CONFIRMED_BY_USE = "confirmed-by-use"
    LIKELY = "likely"
    UNCONFIRMED = "unconfirmed"
    ABSTRACT = "abstract"
    PHANTOM = "phantom"  # on a list, in no provider
    UNLISTED = "unlisted"  # in a pre-installed provider, on no list


@dataclass(frozen=True, slots=True)
class Parameter:
    """A keyword argument. `default` is MISSING if it is required or if the signature's default is a marker
    without a written form. `needed_at_run` says why a run fails without it, else it is empty; it is not needed
    when the text of another argument starts as in `needed_unless` (argument, start). `level` tells whose argument
    it is: `task` (every task's), `sensor`, `aws` (the connection's five) or `class`; `operator` is the class's
    name for the last.
    """

    name: str
    required: bool = False
    default: Default = MISSING
    types: tuple[str, ...] = ("any",)
    choices: tuple[Value, ...] = ()
    needed_at_run: str = ""
    needed_unless: tuple[tuple[str, str], ...] = ()
    templated: bool = False
    level: str = "class"
    operator: str = ""

    @property
    def summary(self) -> str:
        """One sentence on what the argument is for."""
        return describe(self.operator, self.name)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Arguments of which at least one must be given; without one construction fails, or the run if `at_run`."""

    arguments: tuple[str, ...]
    at_run: bool
    reason: str


@dataclass(frozen=True, slots=True)
class OperatorClass:
    """A class path. `parameters` are those of the whole MRO; when `open_arguments`, they are not known.
    `defined_at` is the path of the class itself if `path` is a second way to it. `exclusive` are sets of
    arguments of which at most one may be given; `needs_code` is "", "always" or "script". `template_fields` are
    attributes that Airflow renders; `rendered_as` tells the attribute of an argument that has another name there, and
    `rendered` the arguments by both: it is asked for each argument of each task.
    """

    path: str
    name: str
    status: Status
    service: str
    sensor: bool = False
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    open_arguments: bool = False
    template_fields: tuple[str, ...] = ()
    rendered_as: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    note: str = ""
    needs_code: str = ""
    defined_at: str = ""
    exclusive: tuple[tuple[str, ...], ...] = ()
    one_of: tuple[OneOf, ...] = ()
    rendered: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        arguments = {attribute: name for name, attribute in self.rendered_as.items()}
        object.__setattr__(self, "rendered", tuple(arguments.get(name, name) for name in self.template_fields))

    @property
    def required(self) -> tuple[str, ...]:
        """Arguments that construction needs, without `task_id`, which is the key of the task."""
        return tuple(p.name for p in self.parameters.values() if p.required and p.name != "task_id")


_UNUSABLE = (Status.PHANTOM, Status.ABSTRACT, Status.UNLISTED)
_ALIKE = 0.7


class Operators:
    """The catalogue of class paths; `extra` are files of the user that allow more classes."""

    def __init__(self, extra: Sequence[Path] = ()) -> None:
        """Raises UsageError when a file of `extra` cannot be read or has another shape."""
        self._files: dict[str, str] = {}
        self._status: dict[str, str] = {}
        for service, modules in read_schema("operators/_index.json")["services"].items():
            for module, classes in modules.items():
                for name, status in classes.items():
                    self._files[f"{module}.{name}"] = service
                    self._status[f"{module}.{name}"] = status
        self._extra: dict[str, OperatorClass] = {}
        for path in extra:
            self._extra.update(_read_extra(path))

    def find(self, path: str) -> OperatorClass | None:
        """The class of a path as it stands in a definition; None for a path that is not in the catalogue."""
        if path in self._extra:
            return self._extra[path]
        service = self._files.get(path)
        return _service_classes(service)[path] if service else None

    def canonical(self, path: str) -> str:
        """The path where a class stands now: old module and class paths are followed, others come back as they are."""
        return str(_renamed().get(path, path))

    def nearest(self, path: str, count: int = 3) -> tuple[str, ...]:
        """Usable class paths that look like this one, best first: same or similar class name before all else."""
        wanted = _stem(path)
        usable = [name for name in self.paths() if self.status(name) not in _UNUSABLE]
        rated = []
        for name in usable:
            alike = difflib.SequenceMatcher(None, wanted, _stem(name))
            # The bounds cost less than the ratio, as in `difflib.get_close_matches`.
            if min(alike.real_quick_ratio(), alike.quick_ratio()) >= _ALIKE and (likeness := alike.ratio()) >= _ALIKE:
                rated.append((-likeness, -difflib.SequenceMatcher(None, path, name).ratio(), name))
        return tuple(name for _, _, name in sorted(rated)[:count])

    def paths(self) -> Iterable[str]:
        """Every path of the catalogue, phantom, abstract and unlisted ones included, in sorted order."""
        return sorted(self._files.keys() | self._extra.keys())

    def services(self) -> tuple[str, ...]:
        return tuple(sorted(set(self._files.values())))

    def status(self, path: str) -> Status | None:
        """The status alone, which needs no file beyond the index."""
        if path in self._extra:
            return self._extra[path].status
        return Status(self._status[path]) if path in self._status else None


def _stem(path: str) -> str:
    name = path.rsplit(".", 1)[-1].lower()
    return name.removesuffix("operator").removesuffix("sensor")


@functools.cache
def _load(extra: tuple[Path, ...]) -> Operators:
    return Operators(extra)


def load_operators(extra: Sequence[Path] = ()) -> Operators:
    """The catalogue, cached per set of extra files."""
    return _load(tuple(extra))


@functools.cache
def _renamed() -> Mapping[str, str]:
    renamed: Mapping[str, str] = read_schema("operators/_renamed.json")["renamed"]
    return renamed


@functools.cache
def _levels() -> Mapping[str, Mapping[str, Parameter]]:
    data = read_schema("operators/_airflow.json")["levels"]
    return {
        level: {name: _parameter(name, row, "aws" if level == "region" else level) for name, row in rows.items()}
        for level, rows in data.items()
    }


@functools.cache
def _service_classes(service: str) -> Mapping[str, OperatorClass]:
    data = read_schema(f"operators/{service}.json")
    return {path: _operator(path, row, service) for path, row in data["classes"].items()}


def _operator(path: str, row: Mapping[str, Any], service: str) -> OperatorClass:
    fields = tuple(row.get("template_fields", ()))
    parameters: dict[str, Parameter] = {}
    for name, body in row.get("parameters", {}).items():
        parameters[name] = replace(_parameter(name, body, _level_of(name, row)), operator=path.rsplit(".", 1)[-1])
    for level in reversed(row.get("levels", ())):
        for name, parameter in _levels()[level].items():
            if name not in parameters:
                parameters[name] = replace(parameter, templated=name in fields)
    for name in row.get("rendered_as", {}):
        parameters[name] = replace(parameters[name], templated=True)
    return OperatorClass(
        path=path,
        name=path.rsplit(".", 1)[-1],
        status=Status(row["status"]),
        service=service,
        sensor=row.get("sensor", False),
        parameters=MappingProxyType(parameters),
        open_arguments="parameters" not in row,
        template_fields=fields,
        rendered_as=MappingProxyType(row.get("rendered_as", {})),
        sources=tuple(row.get("sources", ())),
        note=row.get("note", ""),
        needs_code=row.get("needs_code", ""),
        defined_at=row.get("defined_at", ""),
        exclusive=tuple(tuple(group) for group in row.get("exclusive", ())),
        one_of=tuple(OneOf(tuple(g["arguments"]), g["at_run"], g["reason"]) for g in row.get("one_of", ())),
    )


def _level_of(name: str, row: Mapping[str, Any]) -> str:
    """A class that gives a common argument another default or type still means that common argument."""
    level = next((level for level in row.get("levels", ()) if name in _levels()[level]), "class")
    return "aws" if level == "region" else level


def _parameter(name: str, row: Mapping[str, Any], level: str) -> Parameter:
    return Parameter(
        name=name,
        required=row.get("required", False),
        default=codec.decode_default(row["default"]) if "default" in row else MISSING,
        types=tuple(row["types"]),
        choices=tuple(codec.decode_value(choice) for choice in row.get("choices", ())),
        needed_at_run=row.get("needed_at_run", ""),
        needed_unless=tuple((argument, start) for argument, start in row.get("needed_unless", ())),
        templated=row.get("templated", False),
        level=level,
    )


def _read_extra(path: Path) -> dict[str, OperatorClass]:
    """Classes that the user allows: {"classes": {path: {"parameters": {...}, "sensor": ..., ...}}}, or a list of
    paths, whose arguments then stay unchecked."""
    try:
        data = json.loads(path.read_bytes())
        rows = data["classes"]
        if isinstance(rows, list):
            rows = {name: {} for name in rows}
        return {
            name: _operator(name, {"status": "confirmed", "levels": ["task"], **row}, "user")
            for name, row in rows.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        shown = str(error) or type(error).__name__
        raise UsageError(f"{path}: no operator file: {shown}") from error
