"""A task as it was constructed: its class, its arguments with their origins, and its place in the graph."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import Union

from dagconv.diagnostics.model import Location
from dagconv.ir.value import MapValue, Value


class Origin(str, enum.Enum):
    """Who set an argument."""

    CALL = "call"
    DEFAULT_ARGS = "default_args"
    GROUP = "group"
    SUBCLASS = "subclass"
    ASSIGNED = "assigned"  # an attribute set after construction that maps to this argument
    LOWERED = "lowered"  # a lowering pass


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no value: a parameter without a default."""


Default = Union[Missing, Value]  # noqa: UP007
MISSING = Missing()

# Class members that only colour or name a task on Airflow's pages.
COSMETIC = frozenset({"ui_color", "ui_fgcolor", "custom_operator_name", "operator_extra_links"})
_PYTHONS_OWN = frozenset(
    {"__abstractmethods__", "__parameters__", "__orig_bases__", "__dict__", "__weakref__", "__firstlineno__"}
    | {"__static_attributes__", "__annotations__", "__slots__"}
)


@dataclass(frozen=True, slots=True)
class Argument:
    """One keyword argument. `default` is what the signature gives when it is left out."""

    name: str
    value: Value
    origin: Origin = Origin.CALL
    default: Default = MISSING
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Operator:
    """The class of a task. `path` is the class itself; `target` the first class of its MRO that is not the
    user's own, which is the same for an operator used as it is. `overrides` are the members that the user's
    classes between the two define besides `__init__`; `bases` are the paths of the MRO from `target` on.

    `file` is where a class of the user's with behaviour of its own stands, where code is asked for and its module has
    it under its name; it is its own `target` then.
    """

    path: str
    target: str
    overrides: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    placeholder: bool = False
    file: str = ""

    @property
    def behaviour(self) -> tuple[str, ...]:
        """The `overrides` that change what the class does."""
        return tuple(name for name in self.overrides if name not in COSMETIC | _PYTHONS_OWN)


@dataclass(frozen=True, slots=True)
class Residue:
    """An attribute that a twin, constructed from the recorded arguments, has otherwise; no argument says it.

    `own` is one that only the user's class knows: nothing in the target class or in Airflow reads it.
    """

    attribute: str
    before: Value
    after: Value
    own: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """An attribute that the constructor makes of arguments which no definition says: its canonical text with them, and
    without any of them. None where there is no such attribute."""

    attribute: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """Dynamic task mapping: `expand` or `expand_kwargs` over `inputs`."""

    kind: str
    inputs: MapValue
    values: Value = None


@dataclass(frozen=True, slots=True)
class Task:
    """`upstream` are task ids in sorted order; `group` the id of the enclosing task group, None at the top.

    `arguments` are those given, whoever gave them; parameters left at their signature's default are not
    listed. `accepts` names all parameters of the target class, `template_fields` those that are rendered. `traces` is
    what the arguments leave in the object that the service decides itself.
    """

    task_id: str
    operator: Operator
    arguments: tuple[Argument, ...] = ()
    upstream: tuple[str, ...] = ()
    group: str | None = None
    setup: bool = False
    teardown: bool = False
    on_failure_fail_dagrun: bool = False
    edge_labels: tuple[tuple[str, str], ...] = ()
    template_fields: tuple[str, ...] = ()
    residues: tuple[Residue, ...] = ()
    mapping: Mapping | None = None
    traces: tuple[Trace, ...] = ()
    accepts: tuple[str, ...] = ()
    location: Location | None = None

    def argument(self, name: str) -> Argument | None:
        for argument in self.arguments:
            if argument.name == name:
                return argument
        return None

    def with_argument(self, new: Argument) -> Task:
        """The same task with the argument replaced in its place, or added at the end."""
        if self.argument(new.name) is None:
            return replace(self, arguments=(*self.arguments, new))
        return replace(self, arguments=tuple(new if a.name == new.name else a for a in self.arguments))

    def without_argument(self, name: str) -> Task:
        return replace(self, arguments=tuple(a for a in self.arguments if a.name != name))
