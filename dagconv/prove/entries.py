"""Reads the module of entries back from its text: what each entry pulls, gives, hands through and pushes must be what
the source's task says. The text is parsed here and the source read anew: nothing is shared with what wrote it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    SetValue,
    TimedeltaValue,
    TupleValue,
    Value,
    XComValue,
)
from dagconv.ir.workflow import Workflow

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


@dataclass(frozen=True, slots=True)
class Read:
    """An entry as its text says it. Arguments are trees: plain values by type, `pull`, and `parameter`."""

    target: tuple[str, str]
    args: tuple[Any, ...] = ()
    keywords: tuple[tuple[str, Any], ...] = ()
    handed: frozenset[str] = frozenset()
    rest: bool = False
    spreads: bool = False
    quiet: bool = False
    bound: tuple[Any, ...] | None = None  # of a partial


def prove_entries(
    source: Workflow,
    lowered: Workflow,
    changes: Sequence[Change],
    text: str,
    places: Mapping[str, tuple[str, str]],
) -> Iterator[Diagnostic]:
    """`places` are module and path of the function that was proved for each task."""
    read = dict(_read_entries(text))
    for task in lowered.tasks:
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
        if change.task_id == task_id and change.code == "DC230" and change.field in ("op_args", "op_kwargs"):
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
        yield from _unless_equal("hands through", sorted(names & (context_keys() | dates)), sorted(entry.handed))


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


def _read_entries(text: str) -> Iterator[tuple[str, Read]]:
    tree = ast.parse(text)
    places = {
        alias.asname: (node.module or "", alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    bound: dict[str, Read] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                bound[name] = _read_function(value, places, bound)
            case ast.FunctionDef(name=name) if not name.startswith("_"):
                bound[name] = _read_definition(node, places, bound)
    return ((name, read) for name, read in bound.items() if not name.startswith("_"))


def _read_function(node: ast.expr, places: Mapping[str, tuple[str, str]], bound: Mapping[str, Read]) -> Read:
    """What is called: an import, a path in one, or a partial of either."""
    match node:
        case ast.Name(id=name) if name in bound:
            return bound[name]
        case ast.Name(id=name):
            return Read(places.get(name, ("", name)))
        case ast.Attribute(value=value, attr=attr):
            module, path = _read_function(value, places, bound).target
            return Read((module, f"{path}.{attr}"))
        case ast.Call(func=ast.Name(id="_partial"), args=[function, *args], keywords=keywords):
            told = tuple(map(_read_tree, args)) + tuple((k.arg, _read_tree(k.value)) for k in keywords)
            return Read(_read_function(function, places, bound).target, bound=told)
    return Read(("", ast.unparse(node)))


def _read_definition(node: ast.FunctionDef, places: Mapping[str, tuple[str, str]], bound: Mapping[str, Read]) -> Read:
    match node.body:
        case [ast.Return(value=ast.Call() as call)]:
            quiet = False
        case [ast.Expr(value=ast.Call() as call)]:
            quiet = True
        case _:
            return Read(("", "something else"))
    spreads = isinstance(call.func, ast.Name) and call.func.id == "_push_each"
    if spreads and len(call.args) == 1 and isinstance(call.args[0], ast.Call):
        call = call.args[0]
    function = _read_function(call.func, places, bound)
    parameters = {argument.arg for argument in node.args.kwonlyargs}
    rest = node.args.kwarg.arg if node.args.kwarg else None
    named = [(k.arg, k.value) for k in call.keywords if k.arg is not None]
    handed = {name for name, value in named if isinstance(value, ast.Name) and value.id == name and name in parameters}
    starred = [k.value for k in call.keywords if k.arg is None]
    passes = rest is not None and [ast.unparse(value) for value in starred] == [rest]
    texts = {n.id for value in (*call.args, *(v for _, v in named)) for n in ast.walk(value) if isinstance(n, ast.Name)}
    if (
        node.args.args
        or node.args.posonlyargs
        or node.args.vararg
        or not parameters <= texts
        or (starred and not passes)
    ):
        return Read(("", "a function with other parameters"))
    return Read(
        function.target,
        tuple(map(_read_tree, call.args)),
        tuple((name, _read_tree(value)) for name, value in named if name not in handed),
        frozenset(handed),
        passes,
        spreads,
        quiet,
        function.bound,
    )


def _read_tree(node: ast.expr) -> Any:
    match node:
        case ast.Name(id=name):
            return ("parameter", name)
        case ast.List(elts=elements):
            return ("list", tuple(map(_read_tree, elements)))
        case ast.Tuple(elts=elements):
            return ("tuple", tuple(map(_read_tree, elements)))
        case ast.Dict(keys=keys, values=values):
            rows = zip(keys, values, strict=True)
            return ("dict", tuple((_read_tree(key), _read_tree(value)) for key, value in rows if key is not None))
        case ast.Set(elts=elements):
            return ("set", frozenset(map(_read_tree, elements)))
        case ast.Call(func=ast.Name(id="_pull"), args=[task, key, optional], keywords=[]):
            return ("pull", *(ast.literal_eval(part) for part in (task, key, optional)))
        case ast.Call(func=ast.Name(id="set"), args=[]):
            return ("set", frozenset())
        case ast.Call(func=ast.Name(id="frozenset"), args=args):
            return ("frozenset", _read_tree(args[0])[1] if args else frozenset())
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=text)]):
            return ("float", text)
        case ast.Call(func=ast.Attribute(attr="timedelta" | "Decimal" as kind), args=args):
            return (kind, tuple(map(_read_tree, args)))
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return ("?", ast.unparse(node))
    return (type(value).__name__, repr(value))
