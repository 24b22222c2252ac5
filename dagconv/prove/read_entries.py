"""Reads the module of entries of a code package: what each entry calls, gives, hands through and pushes."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


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
    defaults: tuple[tuple[str, Any], ...] = ()


# The operators of a package, and what each is to be below.
OPERATORS = {
    "Branch": "airflow.providers.standard.operators.python.BranchPythonOperator",
    "ShortCircuit": "airflow.providers.standard.operators.python.ShortCircuitOperator",
    "FunctionSensor": "airflow.providers.standard.sensors.python.PythonSensor",
}


# What entries are helped by, by the digest of its text, with the names that it uses. Each was judged by hand
# against Airflow's own: PlainXComArg.resolve, and the task runner where it pushes several outputs.
HELPERS: dict[str, tuple[str, frozenset[str]]] = {
    "_pull_from": ("83e3f30a4c6fd265", frozenset({"NOTSET", "ArgNotSet", "XComNotFound"})),
    "_pull": ("3de686267762ee59", frozenset({"_pull_from", "get_current_context"})),
    "_push_each": ("3fe158f39ccfa2e9", frozenset({"Mapping", "get_current_context"})),
    "Output": ("6143010bf6f8084d", frozenset({"ResolveMixin", "_pull_from"})),
}
_SOURCES = {
    "NOTSET": "airflow.sdk.definitions._internal.types",
    "ArgNotSet": "airflow.sdk.definitions._internal.types",
    "XComNotFound": "airflow.exceptions",
    "get_current_context": "airflow.sdk",
    "Mapping": "collections.abc",
    "ResolveMixin": "airflow.sdk.definitions._internal.mixins",
}


def wrong_helpers(text: str, used: Collection[str]) -> list[str]:
    """Names among those that entries use, and those that these use, which are not what they should be."""
    tree = ast.parse(text)
    bound: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                bound.setdefault(alias.asname or alias.name, []).append(f"{node.module}:{alias.name}")
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.setdefault(node.name, []).append(digest(ast.get_source_segment(text, node) or ""))
        elif not (isinstance(node, ast.Assign | ast.Expr)):
            bound.setdefault(ast.unparse(node), []).append("")
    wrong, open_names = [], list(used)
    for name in open_names:
        told, inner = HELPERS.get(name, (f"{_SOURCES.get(name)}:{name}", frozenset()))
        if bound.get(name) != [told]:
            wrong.append(name)
        open_names += [one for one in sorted(inner) if one not in open_names]
    return wrong


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_classes(text: str) -> dict[str, str]:
    """By name, the class below each that adds nothing to it but a docstring."""
    tree = ast.parse(text)
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found: dict[str, str] = {}
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name, bases=[ast.Name(id=base)], body=[ast.Expr(value=ast.Constant())], keywords=[]):
                found[name] = imported.get(base, base) if not node.decorator_list else ""
    return found


def read_entries(text: str) -> Iterator[tuple[str, Read]]:
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
        tuple(
            (argument.arg, None if default is None else _read_tree(default))
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        ),
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
