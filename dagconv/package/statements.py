"""A module's text as a tree of statements, each with the names that it binds and reads; first step of slicing.

Names come from Python's own compiler, statement by statement, so that scopes are Python's and not guessed.
"""

from __future__ import annotations
import __future__

import ast
import copy
import dis
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType

_READS = frozenset({"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"})
_WRITES = frozenset({"STORE_NAME", "STORE_GLOBAL", "DELETE_NAME", "DELETE_GLOBAL"})
_GLOBAL_WRITES = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL"})
_IS_FUNCTION = 0x2  # CO_NEWLOCALS
_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try)


class UnreadableModuleError(ValueError):
    """The text does not compile, or is too deeply nested to be looked at."""


@dataclass(frozen=True, slots=True)
class Names:
    """`binds` in the module's namespace; `runs` are names read while the statement runs, `reads` those and all that
    code inside of it reads later."""

    binds: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Branch:
    """One part of a block: lines of its header (`if x:`, `else:`), and what stands under it."""

    first: int
    last: int
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines `first` to `last`, decorators included; `nodes` are several where one line holds several.

    A block (`if`, `for`, `while`, `with`, `try`) has branches, and `names` are then those of its headers.
    """

    first: int
    last: int
    nodes: tuple[ast.stmt, ...]
    names: Names
    branches: tuple[Branch, ...] = ()

    @property
    def node(self) -> ast.stmt:
        return self.nodes[0]

    def leaves(self) -> Iterator[Statement]:
        if not self.branches:
            yield self
        for branch in self.branches:
            for statement in branch.body:
                yield from statement.leaves()


@dataclass(frozen=True, slots=True)
class Module:
    """`lines` without their ends; `code` is the compiled module, never run; `flags` its __future__ for the compiler."""

    lines: tuple[str, ...]
    tree: ast.Module
    code: CodeType
    flags: int
    body: tuple[Statement, ...]

    def leaves(self) -> Iterator[Statement]:
        for statement in self.body:
            yield from statement.leaves()


def read_module(text: str) -> Module:
    """Raises UnreadableModuleError."""
    try:
        tree = ast.parse(text)
        code = compile(text, "<module>", "exec", dont_inherit=True)
        flags = code.co_flags & __future__.annotations.compiler_flag
        return Module(tuple(_lines_of(text)), tree, code, flags, _read_body(tree.body, flags))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnreadableModuleError(f"{type(error).__name__}: {error}") from error


def _lines_of(text: str) -> list[str]:
    """As Python counts lines: a form feed or a separator of other alphabets ends none."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _FUNCTIONS) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def last_line(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _read_body(nodes: Sequence[ast.stmt], flags: int) -> tuple[Statement, ...]:
    groups: list[list[ast.stmt]] = []
    for node in nodes:
        if groups and first_line(node) <= last_line(groups[-1][-1]):
            groups[-1].append(node)
        else:
            groups.append([node])
    return tuple(_read_statement(group, flags) for group in groups)


def _read_statement(nodes: list[ast.stmt], flags: int) -> Statement:
    first, last = first_line(nodes[0]), last_line(nodes[-1])
    if len(nodes) == 1 and isinstance(nodes[0], _BLOCKS) and (parts := _parts(nodes[0])):
        header = copy.copy(nodes[0])
        _empty_bodies(header)
        branches, at = [], first
        for body in parts:
            begin = first_line(body[0])
            if begin <= at:  # on the header's own line
                break
            branches.append(Branch(at, begin - 1, _read_body(body, flags)))
            at = last_line(body[-1]) + 1
        else:
            return Statement(first, last, tuple(nodes), names_of([header], flags), tuple(branches))
    return Statement(first, last, tuple(nodes), names_of(nodes, flags))


def _parts(node: ast.stmt) -> list[list[ast.stmt]]:
    """The bodies of a block in their order."""
    parts = [getattr(node, "body")]  # noqa: B009  # every block has one, ast.stmt does not
    if _has_elif(node):
        return parts + _parts(node.orelse[0])  # type: ignore[attr-defined]
    parts += [handler.body for handler in getattr(node, "handlers", ())]
    return parts + [body for name in ("orelse", "finalbody") if (body := getattr(node, name, None))]


def _has_elif(node: ast.stmt) -> bool:
    if not isinstance(node, ast.If) or len(node.orelse) != 1:
        return False
    return isinstance(node.orelse[0], ast.If) and node.orelse[0].col_offset == node.col_offset


def _empty_bodies(node: ast.stmt) -> None:
    if _has_elif(node):
        inner = copy.copy(node.orelse[0])  # type: ignore[attr-defined]
        _empty_bodies(inner)
        node.body, node.orelse = [ast.copy_location(ast.Pass(), node)], [inner]  # type: ignore[attr-defined]
        return
    for name in ("body", "orelse", "finalbody"):
        if getattr(node, name, None):
            setattr(node, name, [ast.copy_location(ast.Pass(), node)])
    if isinstance(node, ast.Try):
        node.handlers = [copy.copy(handler) for handler in node.handlers]
        for handler in node.handlers:
            handler.body = [ast.copy_location(ast.Pass(), handler)]


def names_of(nodes: Sequence[ast.stmt], flags: int = 0) -> Names:
    """What statements bind and read. Raises what `compile` raises."""
    wrapped: list[ast.stmt] = list(nodes)
    if any(isinstance(node, ast.Break | ast.Continue) for node in ast.walk(ast.Module(wrapped, []))):
        loop = ast.While(ast.Constant(True), wrapped, [])  # so that they stand in a loop
        wrapped = [ast.fix_missing_locations(ast.copy_location(loop, nodes[0]))]
    code = compile(ast.Module(wrapped, []), "<statement>", "exec", flags, dont_inherit=True)
    runs = set(_names(code, _READS))
    for inner in _running(code):
        runs |= _reads_of(inner)
    reads = runs | {name for inner in _nested(code) for name in _reads_of(inner)}
    return Names(frozenset(_names(code, _WRITES)), frozenset(runs), frozenset(reads))


def _names(code: CodeType, operations: frozenset[str]) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in operations:
            yield str(instruction.argval)


def _class_reads(code: CodeType) -> set[str]:
    """Without names that the class binds itself before it reads them."""
    bound: set[str] = set()
    found: set[str] = set()
    for instruction in dis.get_instructions(code):
        name = str(instruction.argval)
        if instruction.opname == "STORE_NAME":
            bound.add(name)
        elif instruction.opname in _READS and name not in bound:
            found.add(name)
    return found - {"__name__", "__qualname__", "__module__"}


def _reads_of(code: CodeType) -> set[str]:
    """What one code object reads or rebinds of its module, without code inside of it."""
    return set(_names(code, _READS | _GLOBAL_WRITES)) if code.co_flags & _IS_FUNCTION else _class_reads(code)


def _nested(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested(constant)


def _running(code: CodeType) -> Iterator[CodeType]:
    """Code inside that runs with the code around it: class bodies and comprehensions."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and (
            not constant.co_flags & _IS_FUNCTION or constant.co_name in _COMPREHENSIONS
        ):
            yield constant
            yield from _running(constant)


def global_reads(code: CodeType) -> frozenset[str]:
    """The names of the module that a function's code and all code inside of it read or bind."""
    return frozenset(_reads_of(code).union(*(_reads_of(inner) for inner in _nested(code))))


def code_at(code: CodeType, line: int, name: str) -> tuple[CodeType, ...]:
    """The code objects of that name which begin at the line, outermost first."""
    return tuple(inner for inner in _nested(code) if inner.co_firstlineno == line and inner.co_name == name)
