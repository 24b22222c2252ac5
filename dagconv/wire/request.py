"""What the host can ask of the worker: one frozen class per kind, and one line in `Request`."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dagconv.ir import codec
from dagconv.ir.enactment import RunPlan
from dagconv.ir.rendering import RenderPlan
from dagconv.wire.inputs import NO_INPUTS, Inputs
from dagconv.wire.limits import Limits


@dataclass(frozen=True, slots=True)
class Preload:
    """Imports modules of providers in the server, so that its later children have them."""

    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Again:
    """What differs in a second import of a file: the seed of random numbers, and its time in seconds of the epoch."""

    seed: int
    moment: float


@dataclass(frozen=True, slots=True)
class Load:
    """Imports the file at `path` and describes its DAGs.

    `root` is the source and `roots` the folders of sys.path, all absolute; `now` the conversion's moment in seconds
    of the epoch. Without `compat` only what Airflow 3.0.6 itself can load is loaded; `asking` goes on with stand-ins
    for what is not supplied; `code` has the functions of tasks testified to. With `render` the
    DAG that it names is rendered instead, with `enact` it is run.
    """

    path: str
    root: str
    roots: tuple[str, ...]
    now: float
    limits: Limits
    inputs: Inputs = NO_INPUTS
    again: Again | None = None
    compat: bool = True
    asking: bool = False
    code: bool = False
    render: RenderPlan | None = None
    enact: RunPlan | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A function of a package, or a class: the task that calls it, its module, and the path of attributes in it."""

    task_id: str
    module: str
    path: str
    is_class: bool = False


@dataclass(frozen=True, slots=True)
class Reload:
    """Reads a definition's text back; `markers` are values of the environment variables that the text may expand.

    `package` is the path of a code package that goes with it; its `modules` are imported first, those in `entries`
    hold what tasks call, and its `targets` are testified to. With `render` the definition is rendered too, with
    `enact` its tasks are run.
    `written`: dagconv has made the text itself, of operators that it knows.
    """

    text: str
    limits: Limits
    markers: Mapping[str, str] = field(default_factory=dict)
    inputs: Inputs = NO_INPUTS
    package: str | None = None
    modules: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    render: RenderPlan | None = None
    enact: RunPlan | None = None
    written: bool = False

    @property
    def runs_no_user_code(self) -> bool:
        """Whether a process that has read it may read another: dag-factory imports what other texts name."""
        return self.written and self.package is None and self.render is None and self.enact is None


ChildRequest = Load | Reload
Request = Preload | ChildRequest
_KINDS: dict[str, type[Request]] = {kind.__name__: kind for kind in typing.get_args(Request)}


@dataclass(frozen=True, slots=True)
class Call:
    """A request under its number; the answer of a child stands between two `mark`s, which user code cannot know."""

    number: int
    mark: str
    request: Request


def encode_call(call: Call) -> dict[str, Any]:
    kind = type(call.request).__name__
    return {"number": call.number, "mark": call.mark, kind: codec.encode(call.request)}


def decode_call(data: Mapping[str, Any]) -> Call:
    """Raises DecodeError."""
    kinds = [name for name in _KINDS if name in data]
    if len(kinds) != 1 or len(data) != 3 or type(data.get("number")) is not int or type(data.get("mark")) is not str:
        raise codec.DecodeError("no request of a kind that is known")
    return Call(data["number"], data["mark"], codec.decode(_KINDS[kinds[0]], data[kinds[0]]))
