"""Records how each task and DAG is constructed: the arguments at every level of the class chain, and the place.

Airflow merges default_args inside a wrapper around each `__init__`; recording on both sides of that wrapper
shows what it took from where, without re-implementing the merge.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType
from typing import Any

ATTRIBUTE = "_dagconv_construction"
# Marks a class that stands for one of a provider that the service does not have.
PLACEHOLDER = "_dagconv_placeholder"


@dataclass(frozen=True, slots=True)
class Position:
    """An instruction of a code object: kept instead of the frame, which would keep its variables alive."""

    code: CodeType
    instruction: int
    line: int


@dataclass(slots=True)
class Level:
    """One `__init__` of the class chain: the arguments before and after Airflow filled in defaults."""

    function: Callable[..., Any]
    given: dict[str, Any]
    taken: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Construction:
    """`call` are the arguments of the outermost call, containers copied at that moment.

    `module_file` is, for a DAG, the user file whose module was being executed; `renamed` maps an argument that the
    source has under an older name to that name; `relative` are a DAG's dates that are counted from the import;
    `texts` a task's texts right after its construction, `anew` those that its class makes up for each object.
    """

    cls: type
    call: dict[str, Any]
    position: Position | None
    module_file: str | None = None
    levels: list[Level] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    relative: tuple[str, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)
    anew: frozenset[str] = frozenset()


def no_file(_: str) -> bool:
    """Nothing is the user's: for a reload."""
    return False


def task_as_given(
    task: Any, function: Callable[..., Any], kwargs: dict[str, Any], construction: Construction | None
) -> dict[str, Any]:
    """Arguments of a task's constructor, unchanged."""
    del task, function, construction
    return kwargs


def dag_as_given(
    args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any], dict[str, str], tuple[str, ...]]:
    """Arguments of a DAG, unchanged, none renamed and no date relative."""
    return args, kwargs, {}, ()


def _report_nothing(slug: str, params: dict[str, Any]) -> None:
    """Until observations are kept."""


class UnknownValueError(KeyError):
    """User code asked for what only its own environment knows; that has been reported."""


class ForbiddenError(RuntimeError):
    """An object of Airflow is made by code that must make none."""


class Recorder:
    """What this process has seen. `is_user_file` decides whose frames count as a place in the source; `adapt_task`
    and `adapt_dag` put arguments of other Airflow releases into today's words before they are recorded."""

    def __init__(self) -> None:
        self.is_user_file: Callable[[str], bool] = no_file
        self.report: Callable[[str, dict[str, Any]], None] = _report_nothing
        self.adapt_task = task_as_given
        self.adapt_dag = dag_as_given
        self.pending: list[Construction] = []
        self.dags: dict[int, tuple[Any, Construction]] = {}
        self.mapped: dict[int, Position | None] = {}
        self.builders: dict[str, set[int]] | None = None  # lines of modules that made something, once that is asked for
        self.forbidden = False
        self.outputs: dict[int, str] = {}  # the package's class of outputs as objects, by its address
        self.entries: dict[int, str] = {}  # functions of a package by the address that a task calls them by

    def note_making(self) -> None:
        """Something of a DAG is made. Raises ForbiddenError where nothing may be."""
        if self.forbidden:
            raise ForbiddenError("code of the package makes a DAG or a task when it is imported")
        frame: FrameType | None = sys._getframe(2) if self.builders is not None else None
        while frame is not None:
            if frame.f_code.co_name == "<module>" and self.is_user_file(frame.f_code.co_filename):
                self.builders.setdefault(frame.f_code.co_filename, set()).add(frame.f_lineno)  # type: ignore[union-attr]
            frame = frame.f_back

    def forget(self) -> None:
        """What was constructed so far."""
        self.pending.clear()
        self.dags.clear()
        self.mapped.clear()

    def position(self) -> Position | None:
        """The innermost frame of the user's files."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if self.is_user_file(frame.f_code.co_filename):
                return Position(frame.f_code, frame.f_lasti, frame.f_lineno)
            frame = frame.f_back
        return None

    def module_file(self) -> str | None:
        """The file of the innermost user frame that executes a module, not a function."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_name == "<module>" and self.is_user_file(frame.f_code.co_filename):
                return frame.f_code.co_filename
            frame = frame.f_back
        return None


RECORDER = Recorder()


def snapshot(value: Any) -> Any:
    """A copy of the containers in a value, so that later changes to them show; everything else as it is.

    Raises UnboundedValueError, once it is reported, for what nobody could write down.
    """
    kind = type(value)
    if kind not in _CONTAINERS:
        return value
    try:
        return _Copier().copy(value, ())
    except UnboundedValueError as error:
        RECORDER.report("unbounded-argument", {"reason": str(error)})
        raise


MAX_DEPTH = 50
MAX_ITEMS = 200_000
_CONTAINERS = frozenset({list, tuple, dict, set, frozenset})
# Keys whose hash and equality are Python's own; a dict with others is copied without asking them.
_PLAIN_KEYS = frozenset({str, int, float, bool, bytes, type(None)})


class UnboundedValueError(ValueError):
    """An argument contains itself, or is nested too deep or too large."""


class _Copier:
    def __init__(self) -> None:
        self.items = 0

    def copy(self, value: Any, around: tuple[int, ...]) -> Any:
        kind = type(value)
        if kind not in _CONTAINERS:
            return value
        if id(value) in around:
            raise UnboundedValueError("contains itself")
        if len(around) >= MAX_DEPTH:
            raise UnboundedValueError(f"is nested deeper than {MAX_DEPTH} levels")
        self.items += len(value)
        if self.items > MAX_ITEMS:
            raise UnboundedValueError(f"holds more than {MAX_ITEMS} items")
        inner = (*around, id(value))
        if kind is dict:
            if any(type(key) not in _PLAIN_KEYS for key in value):
                return value.copy()
            return {key: self.copy(item, inner) for key, item in value.items()}
        if kind in (set, frozenset):  # what they hold cannot be changed by what they offer
            return value.copy()
        return kind([self.copy(item, inner) for item in value])


def is_placeholder(cls: type) -> bool:
    return any(vars(base).get(PLACEHOLDER, False) for base in cls.__mro__)


def construction_of(task: Any) -> Construction | None:
    found: Construction | None = vars(task).get(ATTRIBUTE)
    return found


def install() -> None:
    """Hooks task construction. Runs after Airflow's operator module and before any provider is imported."""
    from airflow.sdk.bases import operator

    meta = operator.BaseOperatorMeta
    original = meta._apply_defaults.__func__

    def apply_defaults(cls: type, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inner(self: Any, *args: Any, **kwargs: Any) -> Any:
            construction = construction_of(self)
            if construction is not None and construction.levels:
                for level in reversed(construction.levels):
                    if level.function is inner:
                        level.taken = snapshot(kwargs)
                        break
            return function(self, *args, **kwargs)

        wrapped = original(cls, inner)

        @functools.wraps(wrapped)
        def outer(self: Any, *args: Any, **kwargs: Any) -> Any:
            construction = construction_of(self)
            if construction is None and RECORDER.pending and RECORDER.pending[-1].cls is type(self):
                construction = RECORDER.pending[-1]
                vars(self)[ATTRIBUTE] = construction
            kwargs = RECORDER.adapt_task(self, inner, kwargs, construction)
            if construction is not None:
                construction.levels.append(Level(inner, snapshot(kwargs)))
            return wrapped(self, *args, **kwargs)

        outer.__wrapped__ = inner  # Airflow compares it with the function it was given
        return outer

    def call(cls: Any, *args: Any, **kwargs: Any) -> Any:
        RECORDER.note_making()
        construction = Construction(cls, snapshot(kwargs), RECORDER.position())
        RECORDER.pending.append(construction)
        try:
            made = type.__call__(cls, *args, **kwargs)
            construction.texts = {name: value for name, value in vars(made).items() if type(value) is str}
            return made
        finally:
            RECORDER.pending.pop()

    meta._apply_defaults = classmethod(apply_defaults)
    meta.__call__ = call
    _record_existing(operator.BaseOperator)


def constructor_of(init: Any) -> Any:
    """What a class has for `__init__`, without what records it and what Airflow puts around it."""
    is_recorded = isinstance(init, FunctionType) and init.__code__.co_filename == __file__
    return init.__wrapped__.__wrapped__ if is_recorded else init


def _record_existing(cls: Any) -> None:
    """Hooks the classes that Airflow made before the hook was there."""
    if "__init__" in cls.__dict__ and hasattr(cls.__init__, "__wrapped__"):
        cls.__init__ = type(cls)._apply_defaults(cls.__init__.__wrapped__)
    for child in cls.__subclasses__():
        _record_existing(child)


def install_dags() -> None:
    """Hooks DAG construction on both DAG classes: each has its own generated `__init__`."""
    import airflow.models.dag
    import airflow.sdk.definitions.dag

    for cls in (airflow.sdk.definitions.dag.DAG, airflow.models.dag.DAG):
        _record_dags(cls)
    _record_mapped()


def _record_mapped() -> None:
    """Hooks `expand` and `expand_kwargs`, for the place of the call: a mapped operator is no operator yet."""
    from airflow.sdk.definitions.mappedoperator import OperatorPartial

    original = OperatorPartial._expand

    def expand(self: Any, *args: Any, **kwargs: Any) -> Any:
        RECORDER.note_making()
        position = RECORDER.position()
        made = original(self, *args, **kwargs)
        RECORDER.mapped[id(made)] = position
        return made

    OperatorPartial._expand = expand


def _record_dags(cls: Any) -> None:
    original = cls.__init__

    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        RECORDER.note_making()
        position = RECORDER.position()
        args, kwargs, renamed, relative = RECORDER.adapt_dag(args, kwargs)
        module_file = RECORDER.module_file()
        construction = Construction(type(self), snapshot(kwargs), position, module_file, [], renamed, relative)
        RECORDER.dags[id(self)] = (self, construction)
        original(self, *args, **kwargs)
        # DAG looks two frames up for its file, and this wrapper is one of them.
        if position is not None:
            self.fileloc = position.code.co_filename

    cls.__init__ = init


def dag_construction(dag: Any) -> Construction | None:
    found = RECORDER.dags.get(id(dag))
    return found[1] if found else None
