"""What the text of a package's module may not hold: dates that mean something else, secrets, its own source's text."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from dagconv.diagnostics import Rule
from dagconv.language.secret import is_secret_name, is_secret_text
from dagconv.package.collect_files import LIBRARY
from dagconv.package.rules import DATE_IN_CODE, DEFERS, IMPORT_BY_NAME, OWN_SOURCE, SECRET

_IMPORTERS = frozenset({"__import__", "import_module", "run_module", "run_path"})
_PLACEHOLDER = re.compile(r"(?i)^(|x+|\*+|<.*>|\{.*\}|.*(example|changeme|your|dummy|placeholder|arn:aws).*)$")


def judge_text(text: str, dates: Collection[str]) -> Iterator[tuple[Rule, int, str]]:
    """Rule, line in the text, and what was found. `dates` are keys of the context that mean something else."""
    tree = ast.parse(text)
    yield from ((DEFERS, line, name) for line, name in _defers(tree))
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        for name in _keys_read(node):
            if name in dates:
                yield DATE_IN_CODE, line, name
        match node:
            case ast.Constant(value=str() as value) if is_secret_text(value):
                yield SECRET, line, "a text that looks like a credential"
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as value)):
                if _looks_secret(name, value):
                    yield SECRET, line, name
            case ast.keyword(arg=str() as name, value=ast.Constant(value=str() as value)):
                if _looks_secret(name, value):
                    yield SECRET, line, name
            case ast.Attribute(value=ast.Name(id="inspect"), attr="getsource" | "getsourcelines" | "getsourcefile"):
                yield OWN_SOURCE, line, f"inspect.{node.attr}"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if name in _IMPORTERS:
                if not _is_of_library(args):
                    yield IMPORT_BY_NAME, line, f"{name}()"


def _defers(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a task is handed over to a triggerer, whether or not it is made deferrable."""
    match node:
        case ast.If(test=test, orelse=orelse) if _is_about_deferring(test):
            for other in orelse:
                yield from _defers(other)
            return
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr="defer"), lineno=line):
            yield line, "self.defer()"
        case ast.Call(func=ast.Name(id="TaskDeferred") | ast.Attribute(attr="TaskDeferred"), lineno=line):
            yield line, "TaskDeferred"
        case ast.Assign(targets=[ast.Name(id="start_from_trigger")], value=ast.Constant(value=True), lineno=line):
            yield line, "start_from_trigger"
    for inner in ast.iter_child_nodes(node):
        yield from _defers(inner)


def _is_about_deferring(test: ast.expr) -> bool:
    return ast.unparse(test) in ("self.deferrable", "deferrable", "self._deferrable")


def _is_of_library(args: Sequence[ast.expr]) -> bool:
    match args:
        case [ast.Constant(value=str() as module), *_]:
            return module.partition(".")[0] in LIBRARY
    return False


def _looks_secret(name: str, value: str) -> bool:
    return is_secret_name(name) and len(value) >= 6 and not _PLACEHOLDER.match(value) and " " not in value


def _keys_read(node: ast.AST) -> Iterator[str]:
    """Keys and attributes that are looked up by name."""
    match node:
        case ast.Subscript(slice=ast.Constant(value=str() as name), ctx=ast.Load()):
            yield name
        case ast.Call(func=ast.Attribute(attr="get" | "pop"), args=[ast.Constant(value=str() as name), *_]):
            yield name
        case ast.Attribute(attr=name, ctx=ast.Load()):
            yield name
