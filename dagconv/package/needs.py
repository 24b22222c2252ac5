"""What kept code needs where it runs: packages, Variables, Connections, environment, programs, network, files.

Read off the text: literal names are given, computed ones as "?". What is found is reported and written beside the
definition; what the service cannot give is refused (contract 3.3 to 3.5).
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from dagconv.catalog.preinstalled import preinstalled

_PROVIDERS = "airflow.providers."
_NETWORK = frozenset(
    {"requests", "urllib", "urllib3", "httpx", "aiohttp", "http", "ftplib", "smtplib", "socket", "paramiko"}
)
_DATABASE = frozenset(
    {"airflow.settings", "airflow.utils.session", "airflow.utils.db", "airflow.models.dagrun", "airflow.models.dagbag"}
    | {"airflow.models.taskinstance", "airflow.models.dag", "airflow.models.xcom", "airflow.models.pool"}
)
_DATABASE_NAMES = frozenset(
    {
        "DagRun",
        "TaskInstance",
        "DagBag",
        "DagModel",
        "XCom",
        "Pool",
        "Log",
        "SlaMiss",
        "Trigger",
        "RenderedTaskInstanceFields",
    }
)
_PROGRAMS = frozenset({"run", "call", "check_call", "check_output", "Popen", "system", "popen", "getoutput"})
_MARK = re.compile(r"# (\S+\.py):(\d+)$")


@dataclass(frozen=True, slots=True)
class Need:
    """`kind` is package, provider, variable, connection, environment, program, network, file, database or
    context, which are parts of the context that are not on the service what they are in the source.

    `at_import` tells that it is needed when the package is imported, so that every task fails without it; `optional`
    that the code goes on without it.
    """

    kind: str
    name: str
    file: str
    line: int
    at_import: bool = False
    optional: bool = False


def find_needs(text: str, file: str, own: Collection[str]) -> Iterator[Need]:
    """Of one module of the package; `file` is where it came from, `own` the top-level modules of the package."""
    lines = origin_lines(text)
    for need in _Search(file, own).search(ast.parse(text)):
        yield Need(need.kind, need.name, file, lines[need.line - 1], need.at_import, need.optional)


def origin_lines(text: str) -> list[int]:
    """The line of the source for each line of the text, by the comments of the slice."""
    found, shift = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        mark = _MARK.match(line)
        if mark:
            shift = int(mark[2]) - number - 1
        found.append(max(number + shift, 1))
    return found


class _Search:
    def __init__(self, file: str, own: Collection[str]) -> None:
        self.file, self.own = file, own

    def search(self, node: ast.AST, at_import: bool = True, optional: bool = False) -> Iterator[Need]:
        if isinstance(node, ast.If) and _is_type_checking(node.test):
            return
        for kind, name in self._needs_of(node):
            yield Need(kind, name, self.file, getattr(node, "lineno", 1), at_import, optional)
        later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        now = {id(part) for part in _evaluated_at_once(node)} if later else set()
        forgiven = {id(child) for child in node.body} if isinstance(node, ast.Try) and _forgives(node) else set()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.arguments):
                for default in (*child.defaults, *filter(None, child.kw_defaults)):
                    yield from self.search(default, at_import, optional)
                filled = [*child.posonlyargs, *child.args, *child.kwonlyargs]
                if filled and filled[0].arg in ("self", "cls"):  # Airflow gives no method the context by name
                    filled = []
                for argument in filled:
                    yield from self.search(argument, False, optional)
                continue
            begun = at_import and (not later or id(child) in now)
            yield from self.search(child, begun, optional or id(child) in forgiven)

    def _needs_of(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield from self._import(alias.name)
            case ast.ImportFrom(module=str() as module, names=names, level=0):
                yield from self._import(module)
                if module == "airflow.models" and any(alias.name in _DATABASE_NAMES for alias in names):
                    yield "database", next(alias.name for alias in names if alias.name in _DATABASE_NAMES)
            case ast.Call():
                yield from _needs_of_call(node)
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id="os"), attr="environ"), slice=key, ctx=ast.Load()):
                yield "environment", _text(key)
            case ast.Subscript(value=ast.Name(id="environ"), slice=key, ctx=ast.Load()):
                yield "environment", _text(key)
            case ast.Name(id="__file__"):
                yield "file", "__file__"
            case ast.Subscript(slice=ast.Constant(value=str() as key), ctx=ast.Load()):
                yield from _needs_of_key(key)
            case ast.arg(arg=name):
                yield from _needs_of_key(name)
            case ast.Attribute(value=ast.Name(id="dag_run") | ast.Attribute(attr="dag_run"), attr="conf"):
                yield "context", "dag_run.conf"
            case ast.Attribute(value=ast.Name(id="ti" | "task_instance"), attr="task" as attr):
                yield "context", attr

    def _import(self, name: str) -> Iterator[tuple[str, str]]:
        top = name.partition(".")[0]
        if top in _NETWORK and name not in ("urllib.parse", "http.HTTPStatus"):
            yield "network", top
        if top in self.own or top in sys.stdlib_module_names:
            return
        if name in _DATABASE or name.startswith(("airflow.utils.session.", "airflow.utils.db.")):
            yield "database", name
        if name.startswith(_PROVIDERS):
            provider = _provider_of(name)
            if provider is not None:
                yield "provider", provider
        elif top.lower() not in preinstalled().modules:
            yield "package", top


def _provider_of(name: str) -> str | None:
    """The package of a provider that the worker does not have."""
    parts = name.removeprefix(_PROVIDERS).split(".")
    candidates = [f"apache-airflow-providers-{'-'.join(parts[:end])}" for end in (1, 2)]
    known = preinstalled().packages
    return None if any(candidate in known for candidate in candidates) else candidates[0]


def _evaluated_at_once(node: ast.AST) -> list[ast.expr]:
    """What a definition runs when it is made, beside its defaults."""
    return [*getattr(node, "decorator_list", ())]


def _needs_of_call(node: ast.Call) -> Iterator[tuple[str, str]]:
    first = node.args[0] if node.args else None
    match node.func:
        case ast.Attribute(value=ast.Name(id="Variable"), attr="get" | "set" | "delete" | "setdefault" | "update"):
            yield "variable", _text(first or _keyword(node, "key"))
        case ast.Attribute(attr="get_connection" | "get_connections" | "get_hook"):
            yield "connection", _text(first or _keyword(node, "conn_id"))
        case ast.Attribute(value=ast.Name(id="Connection"), attr="get"):
            yield "connection", _text(first or _keyword(node, "conn_id"))
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="os"), attr="environ"), attr="get" | "pop"):
            yield "environment", _text(first)
        case ast.Attribute(value=ast.Name(id="os"), attr="getenv") | ast.Name(id="getenv"):
            yield "environment", _text(first)
        case ast.Attribute(value=ast.Name(id="subprocess" | "os"), attr=attr) if attr in _PROGRAMS:
            yield "program", _program(first)
        case ast.Name(id="open") | ast.Attribute(value=ast.Name(id="Path" | "pathlib"), attr="Path"):
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield "file", first.value
    for keyword in node.keywords:
        match keyword:
            case ast.keyword(arg=str() as name, value=ast.Constant(value=str() as value)):
                if name.endswith("conn_id") and value != "aws_default":
                    yield "connection", value


def _needs_of_key(name: str) -> Iterator[tuple[str, str]]:
    """Of a key of the context, which a function takes out of it or has as a parameter."""
    if name in ("dag", "task"):
        yield "context", name
    elif name in ("var", "conn"):
        yield "variable" if name == "var" else "connection", "?"


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "?"


def _program(node: ast.expr | None) -> str:
    if isinstance(node, ast.List | ast.Tuple) and node.elts:
        node = node.elts[0]
    words = _text(node).split()
    return Path(words[0]).name if words else "?"


def _forgives(node: ast.Try) -> bool:
    """Whether a failed import is caught."""
    names = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
    kinds = [part for handler in node.handlers for part in _kinds(handler.type)]
    return any(kind is None or kind in names for kind in kinds)


def _kinds(node: ast.expr | None) -> list[str | None]:
    match node:
        case None:
            return [None]
        case ast.Name(id=name):
            return [name]
        case ast.Tuple(elts=elements):
            return [name for element in elements for name in _kinds(element)]
    return []


def _is_type_checking(node: ast.expr) -> bool:
    match node:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
    return False
