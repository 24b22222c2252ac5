"""Compares the entries of a code package, read back from their text, with the source's tasks: what each pulls, gives,
hands through and pushes. Nothing is shared with what wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagconv.catalog.context import context_keys
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity
from dagconv.ir.change import Change
from dagconv.ir.task import Missing, Task
from dagconv.ir.value import (
    CallableValue,
    DecimalValue,
    EntryValue,
    FloatValue,
    ListValue,
    MapValue,
    OutputValue,
    SetValue,
    TimedeltaValue,
    TupleValue,
    Value,
    XComValue,
    walk,
)
from dagconv.ir.workflow import Workflow
from dagconv.prove.read_entries import OPERATORS, Read, read_classes, read_entries, wrong_helpers

ENTRY_DIFFERS = Rule(
    code="DC710",
    slug="entry-differs",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An entry of the code package does not do what its task does in the source.",
    message="the entry of the task, read back, {what} {after} instead of {before}",
    help="report this as a bug of dagconv; please attach the DAG",
    why="Tasks call entries, which pull outputs and push results in the task's place. Each is read back from its text.",
    example="def load(): return _load(_pull('transform', 'return_value', True))  # in the source: extract's output",
    fix="write what the source says",
    source=(ContractRule(46), Section("3.1")),
)


def prove_entries(
    source: Workflow,
    lowered: Workflow,
    changes: Sequence[Change],
    text: str,
    places: Mapping[str, tuple[str, str]],
    classes: Mapping[str, tuple[str, str]],
) -> Iterator[Diagnostic]:
    """`places` are module and path of the function that was proved for each task, `classes` of the user's class."""
    read = dict(read_entries(text))
    yield from _outputs_of(source, changes)
    yield from _classes_of(source, lowered, text)
    for name in wrong_helpers(text, _helpers_of(read, changes)):
        yield _at(source, lowered.tasks[0].task_id, f"is helped by {name}, which is", "as dagconv writes it", "another")
    for task in lowered.tasks:
        if task.operator.file:
            own = read.get(task.operator.path.rpartition(".")[2])
            if own is None or own != Read(classes.get(task.task_id, ("", ""))):
                yield _at(source, task.task_id, "is of the class", str(classes.get(task.task_id)), str(own))
        call = task.argument("python_callable")
        if call is None or not isinstance(call.value, EntryValue):
            continue
        origin = _origin(task.task_id, source, changes)
        entry = read.get(call.value.address.rpartition(".")[2])
        if origin is None or entry is None:
            yield _at(source, task.task_id, "is", "a function of that name", "nothing")
            continue
        place = places.get(task.task_id)
        if entry.bound is None and entry.target != place:
            yield _at(source, task.task_id, "calls", str(place), str(entry.target))
        for what, before, after in _differences(origin, task.task_id, entry, source, changes):
            yield _at(source, task.task_id, what, str(before), str(after))


def _helpers_of(read: Mapping[str, Read], changes: Sequence[Change]) -> list[str]:
    trees = repr([(entry.args, entry.keywords) for entry in read.values()])
    used = (
        ("_pull", "('pull'" in trees),
        ("_push_each", any(entry.spreads for entry in read.values())),
        ("Output", any(change.code == "DC530" for change in changes)),
    )
    return [name for name, is_used in used if is_used]


def _classes_of(source: Workflow, lowered: Workflow, text: str) -> Iterator[Diagnostic]:
    """Each operator of the package must be Airflow's own of that kind and nothing more."""
    bases = read_classes(text)
    for task in lowered.tasks:
        name = task.operator.path.rpartition(".")[2]
        is_own = name in OPERATORS and not task.operator.path.startswith("airflow.")
        if is_own and bases.get(name) != OPERATORS[name]:
            yield _at(source, task.task_id, "is of a class below", OPERATORS[name], str(bases.get(name)))


def _outputs_of(source: Workflow, changes: Sequence[Change]) -> Iterator[Diagnostic]:
    """Each output that is written as an object must be the one that stands there in the source."""
    for change in changes:
        if change.code != "DC530" or isinstance(change.before, Missing) or isinstance(change.after, Missing):
            continue
        after = dict(walk(change.after))
        for path, part in walk(change.before):
            now = after.get(path)
            if isinstance(now, OutputValue) and change.task_id is not None:
                told, found = _tree(part, {}, source), ("pull", now.task_id, now.key, now.optional)
                if told != found:
                    yield _at(source, change.task_id, f"pulls into {change.field}", str(told), str(found))


def _at(source: Workflow, task_id: str, what: str, before: str, after: str) -> Diagnostic:
    place = source.locate(task_id, "python_callable")
    return ENTRY_DIFFERS.at(place, dag_id=source.dag_id, task_id=task_id, what=what, before=before, after=after)


def _origin(task_id: str, source: Workflow, changes: Sequence[Change]) -> Task | None:
    """The task of the source that it was made from."""
    made = next((c.after for c in changes if c.task_id == task_id and c.field == "task_id"), task_id)
    return source.task(str(made))


def _differences(
    origin: Task, task_id: str, entry: Read, source: Workflow, changes: Sequence[Change]
) -> Iterator[tuple[str, object, object]]:
    before = {a.name: a.value for a in origin.arguments}
    for change in changes:  # what an instance of a mapped task has of its own
        if change.task_id == task_id and change.code == "DC348" and change.field in ("op_args", "op_kwargs"):
            before[change.field] = None if isinstance(change.after, Missing) else change.after
    target = before.get("python_callable")
    quiet = before.get("do_xcom_push") is False
    yield from _unless_equal("gives no output:", quiet, entry.quiet)
    yield from _unless_equal("splits its output:", before.get("multiple_outputs") is True and not quiet, entry.spreads)
    if isinstance(target, CallableValue) and target.kind == "partial":
        told = tuple(_tree(value, {}, source) for value in target.args)
        told += tuple((name, _tree(value, {}, source)) for name, value in target.keywords)
        yield from _unless_equal("binds", told, entry.bound)
    args = _items(before.get("op_args"))
    keywords = {str(name): value for name, value in _entries(before.get("op_kwargs"))}
    is_alias = not (entry.args or entry.keywords or entry.handed or entry.rest or entry.spreads or entry.quiet)
    if is_alias:
        left = _left(task_id, "op_args", changes, before), _left(task_id, "op_kwargs", changes, before)
        yield from _unless_equal(
            "leaves to the task", (args, tuple(keywords.items())), (_items(left[0]), _entries(left[1]))
        )
        return
    texts = {str(name): value for name, value in _entries(_left(task_id, "op_kwargs", changes, before))}
    used: dict[str, Value] = {}
    yield from _unless_equal("gives", tuple(_tree(a, texts, source, used) for a in args), entry.args)
    wanted = {name: _tree(value, texts, source, used) for name, value in keywords.items()}
    yield from _unless_equal("gives by name", wanted, dict(entry.keywords))
    yield from _unless_equal("takes as texts", sorted(texts), sorted(used))
    if isinstance(target, CallableValue) and target.code is not None:
        yield from _unless_equal("hands all else through:", target.code.takes_any, entry.rest)
        names = {
            parameter.name
            for index, parameter in enumerate(target.code.parameters)
            if parameter.kind in ("POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY")
            and not (index < len(args) and parameter.kind == "POSITIONAL_OR_KEYWORD")
            and parameter.name not in keywords
        }
        handed = {c.after for c in changes if c.task_id == task_id and c.code == "DC516"}
        dates = {str(k) for value in handed for k, _ in _entries(value)} & names
        wanted_names = names & (context_keys() | dates)
        yield from _unless_equal("hands through", sorted(wanted_names), sorted(entry.handed))
        given = {p.name: _tree(p.default, {}, source) for p in target.code.parameters if p.has_default}
        defaults = sorted((name, given.get(name)) for name in wanted_names) + sorted((name, None) for name in texts)
        yield from _unless_equal("takes where nothing is given", sorted(defaults), sorted(entry.defaults))


def _left(task_id: str, field: str, changes: Sequence[Change], before: Mapping[str, Value]) -> Value:
    """What stayed an argument of the task when the entry was made, before later passes rewrote it."""
    for change in changes:
        if change.task_id == task_id and change.field == field and change.code == "DC510":
            return None if not isinstance(change.after, ListValue | MapValue) else change.after
    return before.get(field)


def _unless_equal(what: str, before: object, after: object) -> Iterator[tuple[str, object, object]]:
    if before != after:
        yield what, before, after


def _items(value: object) -> tuple[Value, ...]:
    return value.items if isinstance(value, ListValue | TupleValue) else ()


def _entries(value: object) -> tuple[tuple[Value, Value], ...]:
    return value.entries if isinstance(value, MapValue) else ()


def _tree(value: Value, texts: Mapping[str, Value], source: Workflow, used: dict[str, Value] | None = None) -> Any:
    """A value of the source as the tree that its expression must give; rendered texts are parameters, in order."""
    match value:
        case XComValue(task_id, key):
            pulled = source.task(task_id)
            given = {a.name: a.value for a in pulled.arguments} if pulled else {}
            return ("pull", task_id, key, key == "return_value" or given.get("multiple_outputs") is True)
        case str():
            name = next((n for n, text in texts.items() if text == value and (used is None or n not in used)), None)
            if name is not None and used is not None:
                used[name] = value
                return ("parameter", name)
            return ("str", repr(value))
        case ListValue(items):
            return ("list", tuple(_tree(item, texts, source, used) for item in items))
        case TupleValue(items):
            return ("tuple", tuple(_tree(item, texts, source, used) for item in items))
        case MapValue(entries):
            rows = tuple((_tree(k, {}, source), _tree(item, texts, source, used)) for k, item in entries)
            return ("dict", rows)
        case SetValue(items, frozen):
            return ("frozenset" if frozen else "set", frozenset(_tree(item, {}, source) for item in items))
        case FloatValue(text):
            return ("float", text)
        case TimedeltaValue(days, seconds, microseconds):
            return ("timedelta", (("int", str(days)), ("int", str(seconds)), ("int", str(microseconds))))
        case DecimalValue(text):
            return ("Decimal", (("str", repr(text)),))
        case None | bool() | int() | float():
            return (type(value).__name__, repr(value))
    return ("?", type(value).__name__)
