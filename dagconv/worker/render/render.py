"""Renders the template fields of tasks in every occasion, under one clock, seed and source of uuids, and says what
came of it as text with types. The same for a source and for a definition but for the context."""

from __future__ import annotations

import contextlib
import copy
import enum
import functools
import hashlib
import os
import random
import re
import types
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dagconv.ir import codec
from dagconv.ir.rendering import OWN_MOMENT, Occasion, Pair, Rendered, Rendering, RenderPlan
from dagconv.worker.names import plain_container
from dagconv.worker.objects import encode_object, text_of
from dagconv.worker.read.mapping import instances, is_mapped
from dagconv.worker.read.value import read_value
from dagconv.worker.reads import READS
from dagconv.worker.render.engine import engine_context, supervisor_stood_in
from dagconv.worker.render.old import NEWEST, OLDER, OLDEST, old_context
from dagconv.worker.render.run import Run, run_of
from dagconv.worker.render.values import Outputs

LONG = 300
SEED = 20_240_229
_MARKS = ("{{", "{%", "{#", "\n", "\r")
# Where an object lies is chance, in every process another.
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_PLAIN = (bool, int, float, type(None))
_SEQUENCES = (list, tuple, set)


def render_plan(plan: RenderPlan, dag: Any, *, source: bool) -> Rendering:
    """Raises KeyError for a task that is not there."""
    side = _Side(plan, dag, source)
    with repeatable(), supervisor_stood_in():
        return Rendering(tuple(field for pair in plan.pairs for field in side.render_task(pair)))


class _Side:
    """The source, or the definition as the engine has read it back."""

    def __init__(self, plan: RenderPlan, dag: Any, source: bool) -> None:
        self.plan, self.dag, self.source = plan, dag, source
        self.macros: Mapping[str, Any] = dict(dag.user_defined_macros or {})
        self.environment = dag.get_template_env()
        self.environment.from_string = functools.lru_cache(None, typed=True)(self.environment.from_string)
        self.names = dict(plan.instances)

    def render_task(self, pair: Pair) -> Iterator[Rendered]:
        task = self._task(pair)
        task.resolve_template_files()
        values = {str(name): getattr(task, name, None) for name in task.template_fields}
        values = {name: _in_order(value) for name, value in values.items() if type(value) not in _PLAIN}
        changing = {name for name, value in values.items() if self._may_change(value)}
        results: dict[str, list[str]] = {name: [] for name in changing}
        reads: dict[str, set[str]] = {name: set() for name in changing}
        unstable: set[str] = set()
        for number, occasion in enumerate(self.plan.occasions):
            with _clock(occasion):
                for name in sorted(changing):
                    context = self._context(task, pair, number, occasion)
                    results[name].append(self._render(task, name, values[name], context))
                    reads[name] |= context.reads
                    if number == 0:
                        context = self._context(task, pair, number, occasion)
                        again = self._render(task, name, values[name], context)
                        unstable |= {name} if again != results[name][0] else set()
        for name, value in values.items():
            raw = _shortened(text_of(typed(value)))
            told = tuple(results[name]) if name in changing else (raw,)
            yield Rendered(pair.task_id, name, raw, told, tuple(sorted(reads.get(name, ()))), name not in unstable)

    def _task(self, pair: Pair) -> Any:
        if not self.source:
            return self.dag.task_dict[pair.task_id]
        task = self.dag.task_dict[pair.source_id]
        return instances(task)[pair.index or 0] if is_mapped(task) else task

    def _may_change(self, value: Any) -> bool:
        """Whether rendering may change it: that of a text without marks is known without looking."""
        kind = type(value)
        if kind is str:
            return any(mark in value for mark in _MARKS) or self._is_configured
        if kind is dict:
            return any(map(self._may_change, value.values()))
        return any(map(self._may_change, value)) if kind in _SEQUENCES else kind not in _PLAIN

    @property
    def _is_configured(self) -> bool:
        return bool(self.dag.jinja_environment_kwargs) or bool(self.dag.render_template_as_native_obj)

    def _context(self, task: Any, pair: Pair, number: int, occasion: Occasion) -> Recorded:
        """Anew for each field: what a template does to a list of the DAG's own must not reach the next."""
        self.environment.globals.update({name: _fresh(value) for name, value in self.macros.items()})
        run = run_of(occasion, self.plan.runs if self.source else OWN_MOMENT)
        names = self.names if self.source else {}
        outputs = Outputs(occasion.values, names, self.dag.dag_id, self.dag.task_dict)
        index = -1 if pair.index is None or not self.source else pair.index
        context = engine_context(task, run, outputs, index)
        if not self.source:
            return Recorded(context)
        return Recorded(source_context(self.plan.runs.generation, number, task, run, outputs, index, context))

    def _render(self, task: Any, name: str, value: Any, context: Recorded) -> str:
        """As `render_template_fields` does it, with a holder in the task's place."""
        holder = types.SimpleNamespace(**{name: _fresh(value)}, task_type=type(task).__name__)
        READS.seed(SEED)
        try:
            task._do_render_template_fields(holder, (name,), context, self.environment, set())
        except Exception as error:  # noqa: BLE001  # a run fails with it, whatever it is
            return _shortened(text_of({"raises": f"{type(error).__name__}: {_message(error)}"}))
        return _shortened(text_of(typed(getattr(holder, name))))


def source_context(
    generation: str, number: int, task: Any, run: Run, outputs: Outputs, index: int, engine: Mapping[str, Any]
) -> dict[str, Any]:
    """The context of a run in the source's own Airflow, given the `engine`'s; `number` is that of the run."""
    match generation:
        case "3":  # which fails on the names that it removed: they are taken as what they meant
            return {**old_context(task, run, outputs, index, NEWEST), **engine}
        case "1.10":
            return old_context(task, run, outputs, index, OLDEST)
        case _:  # as pendulum 2 had dates and as pendulum 3 has them, by turns: the release is not known
            return old_context(task, run, outputs, index, (OLDER, NEWEST)[number % 2])


class Recorded(dict[str, Any]):
    """A context that remembers which of its names were read."""

    def __init__(self, context: Mapping[str, Any], reads: set[str] | None = None) -> None:
        super().__init__(context)
        self.reads: set[str] = set() if reads is None else reads

    def __getitem__(self, name: str) -> Any:
        self.reads.add(name)
        return super().__getitem__(name)

    def __copy__(self) -> Recorded:  # Airflow renders with a copy
        return Recorded(self, self.reads)


# By the class itself, here and above: isinstance() asks the object, which may be the user's, for `__class__`.
def _fresh(value: Any) -> Any:
    """A copy of what rendering or a template may change."""
    kind = type(value)
    if kind is dict:
        return {key: _fresh(item) for key, item in value.items()}
    if kind in _SEQUENCES:
        return kind(map(_fresh, value))
    return copy.deepcopy(value) if "template_fields" in dir(kind) else value


def _in_order(value: Any) -> Any:
    """With the items of sets as a definition lists them: what they render to has another order, and none in a set."""
    kind = type(value)
    if kind is dict:
        return {key: _in_order(item) for key, item in value.items()}
    if kind in (set, frozenset):
        return sorted(map(_in_order, value), key=lambda item: codec.canonical(read_value(item)))
    return kind(map(_in_order, value)) if kind in (list, tuple) else value


def typed(value: Any) -> Any:
    """As the objects of both sides are encoded, but any sequence as a list: kinds of containers are declared and
    judged there."""
    kind = type(value)
    if issubclass(kind, str):
        return str.__str__(value)
    plain = plain_container(value)
    if plain is not None:
        return typed(plain)
    if kind in (list, tuple):
        return [typed(item) for item in value]
    if kind in (set, frozenset):
        return sorted((typed(item) for item in value), key=text_of)
    if kind is dict:
        return {"dict": [[typed(key), typed(item)] for key, item in value.items()]}
    if issubclass(kind, enum.Enum):  # no text to render: what an operator makes of it is told by the change
        return typed(value._value_)
    return encode_object(value)


def _message(error: Exception) -> str:
    try:
        return str(error)[:LONG]
    except Exception:  # noqa: BLE001  # the user's own
        return ""


def _shortened(text: str) -> str:
    text = _ADDRESS.sub(" at 0x...", text)
    if len(text) <= LONG:
        return text
    return f"{text[:LONG]}... sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@contextlib.contextmanager
def _clock(occasion: Occasion) -> Iterator[None]:
    import time_machine

    with time_machine.travel(occasion.start, tick=False):
        yield


@contextlib.contextmanager
def repeatable() -> Iterator[None]:
    """Random numbers, uuids and the system's entropy come from the seed."""
    module: Any = uuid
    saved: list[tuple[Any, str, Callable[..., Any]]] = [(module, "uuid1", uuid.uuid1), (module, "uuid4", uuid.uuid4)]
    saved.append((os, "urandom", os.urandom))
    module.uuid1 = module.uuid4 = lambda *_: uuid.UUID(int=random.getrandbits(128), version=4)
    vars(os)["urandom"] = random.randbytes
    try:
        yield
    finally:
        for owner, name, original in saved:
            setattr(owner, name, original)
