"""Values of arguments as closed, typed data; what YAML cannot carry is still named here, so that it can be refused.

JSON's scalars stand for themselves. Python's `True == 1 == 1.0`, so values are compared by
`codec.canonical`, never by `==`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union


@dataclass(frozen=True, slots=True)
class ListValue:
    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class TupleValue:
    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class SetValue:
    """Items in the order of their canonical encoding, since a set has none."""

    items: tuple[Value, ...]
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class MapValue:
    """A dict in insertion order; keys may be any value."""

    entries: tuple[tuple[Value, Value], ...]

    def get(self, key: str) -> Value | None:
        for name, value in self.entries:
            if name == key:
                return value
        return None


@dataclass(frozen=True, slots=True)
class ContainerValue:
    """A container of another class of Python's library (a range, a Counter, the keys of a dict), and the `plain` list,
    tuple or dict with the same items."""

    path: str
    plain: Value


@dataclass(frozen=True, slots=True)
class TimedeltaValue:
    """Normalised as datetime.timedelta does: 0 <= seconds < 86400, 0 <= microseconds < 10**6."""

    days: int
    seconds: int
    microseconds: int

    @property
    def total_seconds(self) -> float:
        return self.days * 86400 + self.seconds + self.microseconds / 1_000_000


@dataclass(frozen=True, slots=True)
class DatetimeValue:
    """`text` is ISO 8601 with the offset if there is one; `zone` the time zone's name if it has one; `fold` whether it
    is the later of two moments that a clock shows alike, which only an offset tells else."""

    text: str
    zone: str | None = None
    fold: bool = False


@dataclass(frozen=True, slots=True)
class DateValue:
    text: str


@dataclass(frozen=True, slots=True)
class TimeValue:
    text: str


@dataclass(frozen=True, slots=True)
class BytesValue:
    hex: str


@dataclass(frozen=True, slots=True)
class DecimalValue:
    text: str


@dataclass(frozen=True, slots=True)
class FloatValue:
    """nan, inf or -inf: the floats that JSON has no word for."""

    text: str


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A member of an enum class; `value` is its value, `text` whether the class is also a str, and `printed` what
    str() makes of it where that is something else."""

    path: str
    name: str
    value: Value
    text: bool = False
    printed: str | None = None


@dataclass(frozen=True, slots=True)
class PathValue:
    """A pathlib path."""

    text: str


@dataclass(frozen=True, slots=True)
class XComValue:
    """An XComArg: the output of a task. `steps` names what was done to it (`map`, `zip`, `concat`)."""

    task_id: str
    key: str = "return_value"
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParamReference:
    """A DagParam: what a run gives for the parameter `name`, else its default, whatever type that is."""

    name: str
    default: Value = None


@dataclass(frozen=True, slots=True)
class TemplateFileValue:
    """A template file that Airflow reads in place of the argument: its name and its text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature; `kind` in Python's words (`POSITIONAL_OR_KEYWORD`, `VAR_KEYWORD`, ...)."""

    name: str
    kind: str
    has_default: bool = False
    default: Value = None


@dataclass(frozen=True, slots=True)
class Code:
    """A function of the user's as Python holds it: `file` and first `line` of its text, decorators included, and its
    code's `name`.

    `owner` is the name at the top of its module through which it is reached (`Steps.load` in the class `Steps`), empty
    where it has none. `free` is what it keeps of the functions around it; `traits` are what a package may not be able
    to keep: `async`, `nonlocal`, `bound` to an object.
    """

    file: str
    line: int
    name: str
    owner: str = ""
    parameters: tuple[Parameter, ...] = ()
    free: tuple[tuple[str, Value], ...] = ()
    traits: tuple[str, ...] = ()

    @property
    def takes_any(self) -> bool:
        """Whether every keyword is welcome."""
        return any(parameter.kind == "VAR_KEYWORD" for parameter in self.parameters)


@dataclass(frozen=True, slots=True)
class CallableValue:
    """A function, method, lambda, class or module given as an argument: `module` and qualified `name`.

    `code` is there where a package may carry it. A `partial` has its bound arguments in `args` and `keywords`.
    """

    module: str
    name: str
    kind: str = "function"
    code: Code | None = None
    args: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectValue:
    """An object of a class of the user's that is nothing but its attributes: what a function may keep.

    `file` is where the class stands, `module` what it is imported by (empty in the DAG file), `name` its name there.
    """

    file: str
    module: str
    name: str
    attributes: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class EntryValue:
    """A function of the code package by the address that a task calls it by: module and name, joined by a dot."""

    address: str


@dataclass(frozen=True, slots=True)
class OutputValue:
    """The output of a task as an object of the code package's class at `address`, which pulls it when it is rendered.

    `optional` says that one that is not there is None.
    """

    address: str
    task_id: str
    key: str = "return_value"
    optional: bool = True


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """What an entry is handed over under this name; only lowering makes it."""

    name: str


@dataclass(frozen=True, slots=True)
class OpaqueValue:
    """An object of a class without an exact form: its class and, where the reader knows one, the reason.

    `uri` is the address of an asset.
    """

    path: str
    reason: str = ""
    uri: str = ""


Scalar = Union[None, bool, int, float, str]  # noqa: UP007  # `None | bool` is no type at run time on 3.10
Value = Union[  # noqa: UP007
    Scalar,
    ListValue,
    TupleValue,
    SetValue,
    MapValue,
    ContainerValue,
    TimedeltaValue,
    DatetimeValue,
    DateValue,
    TimeValue,
    BytesValue,
    DecimalValue,
    FloatValue,
    EnumValue,
    PathValue,
    XComValue,
    ParamReference,
    TemplateFileValue,
    CallableValue,
    ObjectValue,
    EntryValue,
    OutputValue,
    ParameterValue,
    OpaqueValue,
]


def walk(value: Value, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value]]:
    """The value and everything inside it, each with its path of keys and indexes, outermost first."""
    yield path, value
    match value:
        case ListValue(items) | TupleValue(items) | SetValue(items):
            for index, item in enumerate(items):
                yield from walk(item, (*path, str(index)))
        case MapValue(entries):
            for key, item in entries:
                yield from walk(key, (*path, "<key>"))
                yield from walk(item, (*path, str(key)))
        case EnumValue(value=inner) | ContainerValue(plain=inner):
            yield from walk(inner, path)
        case _:
            pass
