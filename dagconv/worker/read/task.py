"""One operator object to an IR task: what was given at construction, and what was changed afterwards."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from dagconv.catalog.service import service
from dagconv.diagnostics.model import Location
from dagconv.ir import codec
from dagconv.ir.task import Argument, Mapping, Operator, Origin, Residue, Task
from dagconv.ir.value import EntryValue, ListValue, MapValue, TupleValue, Value
from dagconv.worker.names import class_path
from dagconv.worker.read.callable import read_code
from dagconv.worker.read.location import SourceMap
from dagconv.worker.read.mapping import instances, is_mapped, mapped_inputs, partial_defaults
from dagconv.worker.read.names_read import names_read
from dagconv.worker.read.params import own_params
from dagconv.worker.read.signature import signature_of
from dagconv.worker.read.template_file import with_template_files
from dagconv.worker.read.twin import NotReproducibleError, make_twin, traces_of, twin_attributes
from dagconv.worker.read.value import read_value
from dagconv.worker.record import (
    RECORDER,
    Construction,
    construction_of,
    is_placeholder,
    no_file,
)

# Wiring that the graph says, and `params`, whose merge with the DAG's is read apart.
_WIRING = frozenset({"task_id", "dag", "task_group", "default_args", "params"})
_PLAIN_MEMBERS = frozenset({"__module__", "__qualname__", "__doc__", "__init__", "__slots__", "__annotations__"})


@dataclass(frozen=True, slots=True)
class Source:
    """What the reader needs to know about the file: whose classes are the user's, and where calls stand.

    Without `twins` tasks are not constructed again: for a DAG that no definition can hold anyway.
    """

    is_user_class: Callable[[type], bool]
    places: SourceMap
    twins: bool = True


def read_task(task: Any, source: Source) -> Task:
    """Raises NotReproducibleError."""
    if is_mapped(task):
        return read_mapped(task, source)
    construction = construction_of(task)
    try:
        return _read_task(task, source)
    except NotReproducibleError as error:
        error.position = construction.position if construction else None
        raise


def _read_task(task: Any, source: Source) -> Task:
    cls = type(task)
    operator = _read_operator(cls, source)
    target = cls if operator.file else _library_class(cls, source)
    construction = construction_of(task)
    if construction is None:
        raise NotReproducibleError("it was not constructed by its class")
    signature = signature_of(target)
    place, named = source.places.call_at(construction.position)
    named = {**named, **{new: named[old] for new, old in construction.renamed.items() if old in named}}
    given = dict(_recorded(construction, target, task))
    arguments, residues = _reconcile(task, target, given) if source.twins else (given, ())
    return Task(
        task_id=task.task_id,
        operator=operator,
        arguments=tuple(
            Argument(
                name,
                with_template_files(task, name, _read_argument(name, _taken(task, name, value))),
                origin,
                signature.default(name),
                _place(named, name, origin),
            )
            for name, (value, origin) in arguments.items()
        ),
        upstream=tuple(sorted(task.upstream_task_ids)),
        group=_group_of(task),
        setup=bool(task.is_setup),
        teardown=bool(task.is_teardown),
        on_failure_fail_dagrun=bool(task.is_teardown and task.on_failure_fail_dagrun),
        edge_labels=_edge_labels(task),
        template_fields=tuple(str(name) for name in task.template_fields),
        residues=residues,
        traces=traces_of(task, target, arguments) if source.twins else (),
        accepts=tuple(sorted(signature.names)),
        location=place,
    )


def _taken(task: Any, name: str, value: Any) -> Any:
    """`retries` of the source as the number that BaseOperator makes of a text, a boolean or a member of an enumeration;
    a definition has to say it as a number."""
    number = vars(task).get(name)
    is_source = RECORDER.is_user_file is not no_file
    return number if is_source and name == "retries" and value is not None and type(number) is int else value


def read_mapped(task: Any, source: Source) -> Task:
    """A mapped task: what `partial` gave, and what it is mapped over.

    The arguments are read off its first instance, which Airflow itself makes, so that its merging is seen here too.
    """
    kind, inputs, values = mapped_inputs(task)
    made = instances(task)
    mapping = Mapping(kind, inputs, values)
    position = RECORDER.mapped.get(id(task))
    place, named = source.places.call_at(position)
    if not made:
        operator = _read_operator(task.operator_class, source)
        return Task(
            task.task_id, operator, upstream=_upstream(task), group=_group_of(task), mapping=mapping, location=place
        )
    try:
        read = _read_task(made[0], source)
    except NotReproducibleError as error:
        error.position = position
        raise
    own = {str(key) for key, _ in inputs.entries} | {key for row in _rows(values) for key in row}
    filled = {name: read_value(value) for name, value in partial_defaults().items()}
    kept = [
        replace(argument, origin=_mapped_origin(argument, task), location=named.get(argument.name))
        for argument in read.arguments
        if argument.name not in own
        and not (argument.name in filled and codec.same(argument.value, filled[argument.name]))
    ]
    return replace(
        read,
        task_id=task.task_id,
        arguments=tuple(kept),
        upstream=_upstream(task),
        group=_group_of(task),
        edge_labels=_edge_labels(task),
        mapping=mapping,
        location=place,
    )


def _upstream(task: Any) -> tuple[str, ...]:
    return tuple(sorted(task.upstream_task_ids))


def _rows(values: Value) -> list[list[str]]:
    items = values.items if isinstance(values, ListValue | TupleValue) else ()
    return [[str(key) for key, _ in item.entries] for item in items if isinstance(item, MapValue)]


def _mapped_origin(argument: Argument, task: Any) -> Origin:
    """`partial` merges default_args itself, so that only the value tells where an argument came from."""
    shared = task.dag.default_args if task.dag else {}
    same = argument.name in shared and codec.same(read_value(shared[argument.name]), argument.value)
    return Origin.DEFAULT_ARGS if same else Origin.CALL


def _read_argument(name: str, value: Any) -> Value:
    """What a task calls is read with its code where that is asked for."""
    if name == "python_callable" and id(value) in RECORDER.entries:
        return EntryValue(RECORDER.entries[id(value)])
    return read_code(value) if name == "python_callable" and RECORDER.builders is not None else read_value(value)


def _place(named: dict[str, Location], name: str, origin: Origin) -> Location | None:
    return named.get(name) if origin in (Origin.CALL, Origin.SUBCLASS) else None


def _recorded(construction: Construction, target: type, task: Any) -> Iterator[tuple[str, tuple[Any, Origin]]]:
    """The arguments that reached the target class, and those that default_args gave to its base classes."""
    owners = {id(_own_init(cls)): cls for cls in target.__mro__ if "__init__" in cls.__dict__}
    levels = [level for level in construction.levels if id(level.function) in owners]
    if not levels:
        raise NotReproducibleError("its own constructor was never called")
    seen: set[str] = set()
    outermost = levels[0] is construction.levels[0]
    for level in levels:
        for name, value in level.taken.items():
            filled = name not in level.given
            if name in _WIRING or name in seen or (level is not levels[0] and not filled):
                continue
            seen.add(name)
            yield name, (value, _origin(name, value, filled, outermost, construction, task))
    if (params := own_params(task, construction)) is not None:
        yield "params", params


def _own_init(cls: type) -> Any:
    """The function that `Level.function` holds for this class."""
    return getattr(cls.__dict__["__init__"], "__wrapped__", cls.__dict__["__init__"])


def _origin(name: str, value: Any, filled: bool, outermost: bool, construction: Construction, task: Any) -> Origin:
    if filled:
        dag_defaults = task.dag.default_args if task.dag else {}
        return Origin.DEFAULT_ARGS if name in dag_defaults and dag_defaults[name] is not None else Origin.GROUP
    said = construction.renamed.get(name, name)
    if outermost or (said in construction.call and codec.same(read_value(construction.call[said]), read_value(value))):
        return Origin.CALL
    return Origin.SUBCLASS


def _reconcile(
    task: Any, target: type, given: dict[str, tuple[Any, Origin]]
) -> tuple[dict[str, tuple[Any, Origin]], tuple[Residue, ...]]:
    """Takes over attributes that were set after construction; what no argument says becomes a residue."""
    arguments = dict(given)
    actual = twin_attributes(task)
    expected = twin_attributes(make_twin(task, target, arguments))
    names = signature_of(target).names - _made_anew(task, target, given, actual, expected)
    assigned = [name for name in actual if name in names and not _alike(actual[name], expected.get(name))]
    for name in assigned:
        arguments[name] = (vars(task)[name], Origin.ASSIGNED)
    if assigned:
        expected = twin_attributes(make_twin(task, target, arguments))
    anew = construction_of(task).anew  # type: ignore[union-attr]
    # Their arguments say what is lost; the witness still compares the attributes.
    ignored = names & service().ignored_task_keys.keys()
    residues = [
        Residue(name, expected.get(name), actual.get(name), _is_own(task, target, name, expected))
        for name in sorted(actual.keys() | expected.keys())
        if not _alike(actual.get(name), expected.get(name)) and name not in anew and name not in ignored
    ]
    return arguments, tuple(residues)


def _made_anew(
    task: Any, target: type, given: dict[str, tuple[Any, Origin]], actual: dict[str, str], expected: dict[str, str]
) -> set[str]:
    """Texts that the class makes up for each object, such as a request token: no argument says them, on no side."""
    construction = construction_of(task)
    assert construction is not None
    untouched = {name for name, text in construction.texts.items() if vars(task).get(name) is text}
    candidates = {name for name in untouched - given.keys() if expected.get(name) != actual.get(name)}
    if candidates:
        again = twin_attributes(make_twin(task, target, given))
        construction.anew = frozenset(name for name in candidates if again.get(name) != expected.get(name))
    return set(construction.anew)


def _is_own(task: Any, target: type, name: str, expected: dict[str, str]) -> bool:
    """An attribute that neither the target class nor a new object of it has: the user's class adds it, or it was set
    and no code of the target class names it."""
    if name in expected or name.startswith("_") or hasattr(target, name):
        return False
    return type(task) is not target or name not in names_read(target)  # type: ignore[arg-type]  # mypy takes no class for hashable


def _alike(one: str | None, other: str | None) -> bool:
    """Whether two attributes are equal; a number set as an int where the constructor makes a float is, and a text where
    it makes a member of an enumeration of texts."""
    if one == other:
        return True
    try:
        values = [_bare(json.loads(text)) for text in (one, other) if text is not None]
    except ValueError:
        return False
    return len(values) == 2 and all(type(one) in (int, float, str) for one in values) and values[0] == values[1]


def _bare(value: Any) -> Any:
    """A member of an enumeration by its value."""
    return value["enum"][2] if isinstance(value, dict) and set(value) == {"enum"} else value


def _library_class(cls: type, source: Source) -> type:
    return next(c for c in cls.__mro__ if not source.is_user_class(c))


def _read_operator(cls: type, source: Source) -> Operator:
    target = _library_class(cls, source)
    overrides = sorted(
        {name for owner in cls.__mro__[: cls.__mro__.index(target)] for name in owner.__dict__} - _PLAIN_MEMBERS
    )
    operator = Operator(
        path=RECORDER.entries.get(id(cls)) or class_path(cls),
        target=RECORDER.entries.get(id(target)) or class_path(target),
        overrides=tuple(name for name in overrides if not name.startswith(("_abc_", "__static_attributes__"))),
        bases=_bases(target),
        placeholder=is_placeholder(target),
    )
    file = _own_file(cls) if operator.behaviour and RECORDER.builders is not None else ""
    return replace(operator, target=operator.path, bases=_bases(cls), file=file) if file else operator


def _bases(cls: type) -> tuple[str, ...]:
    from airflow.sdk import BaseOperator

    return tuple(class_path(base) for base in cls.__mro__ if issubclass(base, BaseOperator))


def _own_file(cls: type) -> str:
    """The user's file in which the class stands; empty where its module does not have it under its name."""
    found: Any = sys.modules.get(cls.__module__)
    file = getattr(found, "__file__", None)
    for name in cls.__qualname__.split("."):
        found = vars(found).get(name) if isinstance(found, (types.ModuleType, type)) else None
    return file if found is cls and isinstance(file, str) else ""


def _group_of(task: Any) -> str | None:
    group = task.task_group
    return group.group_id if group is not None and group.group_id else None


def _edge_labels(task: Any) -> tuple[tuple[str, str], ...]:
    labels = task.dag.edge_info
    pairs = [(up, labels.get(up, {}).get(task.task_id, {}).get("label")) for up in sorted(task.upstream_task_ids)]
    return tuple((up, label) for up, label in pairs if isinstance(label, str))
