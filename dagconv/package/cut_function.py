"""Cuts functions out that stand inside others, or in an expression, with what they keep of the code around them.

Each is written as a function that makes it, called once for each set of kept values: so its code stays what it was.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from dagconv.package.obstacle import Obstacle
from dagconv.package.rules import NOT_FOUND
from dagconv.package.slice_module import root_name
from dagconv.package.statements import Module, code_at, first_line, global_reads, names_of
from dagconv.package.write_slice import definition_lines

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Cut:
    """`free` are the names that it keeps of the functions around it, `reads` those of the module that it needs."""

    module: Module
    node: _Function
    makers: frozenset[str]
    free: tuple[str, ...]
    reads: frozenset[str]

    def write(self, name: str, values: Sequence[str]) -> list[str]:
        """Lines that bind `name` to the function; `values` are expressions for `free`."""
        if not isinstance(self.node, ast.Lambda):
            return self._write_definition(name, values)
        text = "\n".join(_segment(self.module, self.node))
        if not self.free:
            return [f"{name} = ({text})"]
        return [*self._maker(name), f"    return ({text})", "", "", self._call(name, values)]

    def _write_definition(self, name: str, values: Sequence[str]) -> list[str]:
        assert not isinstance(self.node, ast.Lambda)
        lines = definition_lines(self.module, self.node, self.makers)
        space = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
        if not space:
            lines, space = ["    if True:", *(_indented(lines))], "    "
        return [*self._maker(name), *lines, f"{space}return {self.node.name}", "", "", self._call(name, values)]

    def _maker(self, name: str) -> list[str]:
        return [f"def _make_{name}({', '.join(self.free)}):"]

    def _call(self, name: str, values: Sequence[str]) -> str:
        return f"{name} = _make_{name}({', '.join(values)})"


def _indented(lines: list[str]) -> list[str]:
    return textwrap.indent("\n".join(lines), "        ").split("\n")


def cut_function(module: Module, file: str, line: int, name: str, makers: frozenset[str]) -> Cut:
    """The function whose code begins at the line and is called `name`. Raises Obstacle."""
    found = [node for node in ast.walk(module.tree) if _is_at(node, line, name)]
    texts = {ast.dump(node) for node in found}
    codes = code_at(module.code, line, name)
    if len(texts) != 1 or not codes:
        reason = "is not in the file" if not found else "stands on one line with that of another"
        raise Obstacle(NOT_FOUND, file, line, user=name, reason=reason)
    node, code = found[0], codes[0]
    assert isinstance(node, _Function)
    outside = _outside_reads(node, module, makers)
    return Cut(module, node, makers, code.co_freevars, global_reads(code) | outside)


def _is_at(node: ast.AST, line: int, name: str) -> bool:
    if isinstance(node, ast.Lambda):
        return name == "<lambda>" and node.lineno == line
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name and first_line(node) == line


def _outside_reads(node: _Function, module: Module, makers: frozenset[str]) -> frozenset[str]:
    """What defaults, annotations and kept decorators read, where the function is made."""
    if isinstance(node, ast.Lambda):
        bare: ast.stmt = ast.Expr(ast.Lambda(node.args, ast.Constant(None)))
    else:
        kept = [decorator for decorator in node.decorator_list if root_name(decorator) not in makers]
        bare = ast.FunctionDef(node.name, node.args, [ast.Pass()], kept, node.returns)
    tree = ast.fix_missing_locations(ast.copy_location(bare, node))
    return names_of([tree], module.flags).runs


def _segment(module: Module, node: ast.Lambda) -> list[str]:
    """The text of a lambda: columns are bytes of UTF-8."""
    lines = [line.encode() for line in module.lines[node.lineno - 1 : node.end_lineno]]
    lines[-1] = lines[-1][: node.end_col_offset]
    lines[0] = lines[0][node.col_offset :]
    return [line.decode() for line in lines]
