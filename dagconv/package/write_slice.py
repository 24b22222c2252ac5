"""The text of a slice: kept statements verbatim, each group with the line that it comes from, empty ones filled."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dagconv.package.slice_module import DEFINITIONS, Slice, is_import, root_name
from dagconv.package.statements import Branch, Module, Statement, first_line, last_line


def write_slice(cut: Slice, shown: str) -> str:
    """`shown` is the file's name for the comments that tell where each statement stands there."""
    return "".join(f"{line}\n" for line in _write_body(cut, cut.module.body, shown))


def _write_body(cut: Slice, body: tuple[Statement, ...], shown: str) -> Iterator[str]:
    at_top = bool(shown)
    before = 0
    for statement in body:
        if statement.first not in cut.kept:
            continue
        if at_top and statement.first != before + 1:
            yield from (*([""] if before else []), f"# {shown}:{statement.first}")
        before = statement.last
        if not statement.branches:
            yield from _write_leaf(cut, statement)
        for number, branch in enumerate(statement.branches):
            yield from _write_header(cut, statement, branch, number)
            yield from list(_write_body(cut, branch.body, "")) or [f"{_indent(cut.module, branch)}pass"]


def _write_header(cut: Slice, statement: Statement, branch: Branch, number: int) -> Iterator[str]:
    lines = cut.module.lines[branch.first - 1 : branch.last]
    if number == 0 and statement.first in cut.opened:
        yield _space_before(lines[0]) + "if True:  # in place of the DAG"
    else:
        yield from lines


def _write_leaf(cut: Slice, leaf: Statement) -> Iterator[str]:
    if leaf.first in cut.roots:
        yield from definition_lines(cut.module, leaf.node, cut.makers)
    elif is_import(leaf) and len(leaf.nodes) == 1:
        yield from _write_import(cut, leaf)
    else:
        yield from cut.module.lines[leaf.first - 1 : leaf.last]


def _write_import(cut: Slice, leaf: Statement) -> Iterator[str]:
    """Only the names that are needed; verbatim where that is all of them."""
    node = leaf.node
    assert isinstance(node, ast.Import | ast.ImportFrom)
    needed = [alias for alias in node.names if (alias.asname or alias.name.partition(".")[0]) in cut.names]
    if len(needed) == len(node.names) or not needed:
        yield from cut.module.lines[leaf.first - 1 : leaf.last]
        return
    pruned = ast.Import(needed) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, needed, node.level)
    yield _space_before(cut.module.lines[leaf.first - 1]) + ast.unparse(pruned)


def definition_lines(module: Module, node: ast.stmt, makers: frozenset[str]) -> list[str]:
    """The text of a definition, verbatim, without the decorators that make a task of it."""
    gone: set[int] = set()
    for decorator in node.decorator_list if isinstance(node, DEFINITIONS) else ():
        if root_name(decorator) in makers:
            gone.update(range(decorator.lineno, (decorator.end_lineno or decorator.lineno) + 1))
    return [module.lines[at - 1] for at in range(first_line(node), last_line(node) + 1) if at not in gone]


def _indent(module: Module, branch: Branch) -> str:
    return _space_before(module.lines[branch.body[0].first - 1])


def _space_before(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
