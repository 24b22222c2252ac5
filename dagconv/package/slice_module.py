"""Cuts out of a module what functions need: statements at its top, verbatim, in order, and none that builds a DAG.

Kept is every statement that binds a needed name, and every one that binds none but may change something that is kept
or the process; left out are those that make or wire objects of Airflow, which the worker saw (contract 9 rule 46).
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Iterable
from dataclasses import dataclass

from dagconv.ir.code import SourceModule
from dagconv.package.obstacle import Obstacle
from dagconv.package.rules import DYNAMIC_NAMES, MADE_WITH_DAG, READS_AIRFLOW, STAR_IMPORT
from dagconv.package.statements import Module, Statement, names_of

# Bound by Python in every module, or by the statement that reads it.
_GIVEN = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__spec__", "__package__", "__annotations__"}
_DYNAMIC = frozenset({"globals", "locals", "vars", "eval", "exec", "__import__"})
# What names a value without a chance to change it.
_QUIET = (ast.Import, ast.ImportFrom, ast.Pass, ast.Global)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Slice:
    """What is kept of a module: first lines of statements and blocks in `kept`, of blocks whose header built a DAG in
    `opened`, of task functions in `roots`; `names` are those that the kept statements read."""

    module: Module
    makers: frozenset[str]
    kept: frozenset[int]
    opened: frozenset[int]
    roots: frozenset[int]
    names: frozenset[str]


def slice_module(module: Module, source: SourceModule, names: Iterable[str], functions: Iterable[int] = ()) -> Slice:
    """What the module must have for `names` and for the functions whose definitions begin at the lines `functions`.

    Raises Obstacle.
    """
    return _Slicer(module, source, frozenset(functions)).slice(frozenset(names))


class _Slicer:
    def __init__(self, module: Module, source: SourceModule, roots: frozenset[int]) -> None:
        self.module, self.source, self.roots = module, source, roots
        self.makers = frozenset(source.makers)
        self.airflow = frozenset(source.airflow)
        self.fixed = frozenset(source.fixed)
        self.around: dict[int, tuple[Statement, ...]] = {}
        self.leaves: list[Statement] = []
        self.blocks: list[Statement] = []
        self._walk(module.body, ())
        self.kept: dict[int, Statement] = {}
        self.headers: set[int] = set()
        self.needed: dict[str, str] = {}  # each name with who reads it

    def _walk(self, body: tuple[Statement, ...], around: tuple[Statement, ...]) -> None:
        for statement in body:
            self.around[statement.first] = around
            (self.blocks if statement.branches else self.leaves).append(statement)
            for branch in statement.branches:
                self._walk(branch.body, (*around, statement))

    def slice(self, names: frozenset[str]) -> Slice:
        for name in sorted(names):
            self._need(name, "a task")
        for leaf in self.leaves:
            if _is_future(leaf):  # it is about all code of the file
                self.kept[leaf.first] = leaf
            elif leaf.first in self.roots:
                # A task's function is kept without the decorators of Airflow that made a task of it.
                bare = names_of([without_decorators(leaf.node, self.makers)], self.module.flags)
                self._keep(leaf, bare.reads)
        while (self.roots or names) and self._grow():
            pass
        self._refuse_star_imports()
        opened = frozenset(block.first for block in self.blocks if self._opens(block))
        kept = frozenset(self.kept) | self.headers
        return Slice(self.module, self.makers, kept, opened, self.roots, frozenset(self.needed))

    def _grow(self) -> bool:
        """Keeps what the kept statements need or are changed by; whether there was any."""
        before = len(self.kept), len(self.headers)
        for block in self.blocks:
            if block.first not in self.headers and block.names.binds & self.needed.keys():
                self._refuse_if_made_with_dag(block)
                self._keep_headers((*self.around[block.first], block))
        for leaf in self.leaves:
            if leaf.first not in self.kept and self._is_wanted(leaf):
                self._keep(leaf, leaf.names.reads)
        return (len(self.kept), len(self.headers)) > before

    def _is_wanted(self, leaf: Statement) -> bool:
        if leaf.names.binds & self.needed.keys():
            self._refuse_if_made_with_dag(leaf)
            return True
        around = self.around[leaf.first]
        if self.is_construction(leaf) or _is_guarded_by_main(around) or any(map(self._builds_around, around)):
            return False
        return _has_effect(leaf) or self._may_change(leaf) or self._shares_fate(leaf)

    def _refuse_if_made_with_dag(self, statement: Statement) -> None:
        """For a statement that binds a needed name."""
        for name in sorted(statement.names.binds & self.needed.keys()):
            if name in self.airflow and statement.first not in self.roots:
                user = self.needed[name]
                raise Obstacle(READS_AIRFLOW, self.source.file, statement.first, name=name, user=user)
            around = (*self.around[statement.first], statement)
            if self._builds(statement.first, _own_end(statement)) or any(map(self._builds_around, around)):
                raise Obstacle(MADE_WITH_DAG, self.source.file, statement.first, name=name)

    def is_construction(self, statement: Statement) -> bool:
        """Whether objects of Airflow were made by the statement, or are used by it; of a block, by its header."""
        used = statement.names.runs | statement.names.binds
        return self._builds(statement.first, _own_end(statement)) or bool(used & (self.airflow | self.makers))

    def _opens(self, block: Statement) -> bool:
        """Whether what stands in the block can do without its header: `with DAG(...)`."""
        return isinstance(block.node, ast.With) and self.is_construction(block)

    def _builds_around(self, block: Statement) -> bool:
        return bool(block.branches) and not self._opens(block) and self.is_construction(block)

    def _builds(self, first: int, last: int) -> bool:
        return any(first <= line <= last for line in self.source.builders)

    def _may_change(self, leaf: Statement) -> bool:
        """Whether it binds names, but by code that gets hold of something kept that is no import."""
        if any(isinstance(node, _QUIET) for node in leaf.nodes):
            return False
        if not any(_calls(node) for node in leaf.nodes):
            return False
        bound = {name for kept in self.kept.values() if not is_import(kept) for name in kept.names.binds}
        return bool(leaf.names.runs & self._reaching(bound - self.fixed))

    def _reaching(self, names: set[str]) -> set[str]:
        """The names, and those of functions and classes of the module through which one gets hold of them."""
        found = set(names)
        while True:
            more = {
                name
                for leaf in self.leaves
                if isinstance(leaf.node, DEFINITIONS) and leaf.names.reads & found
                for name in leaf.names.binds - found
            }
            if not more:
                return found
            found |= more

    def _shares_fate(self, leaf: Statement) -> bool:
        """Whether it stands in a `try` or `with` of which a part is kept: what fails there decides what runs."""
        return any(
            isinstance(block.node, ast.Try | ast.With) and block.first in self.headers and not self._opens(block)
            for block in self.around[leaf.first]
        )

    def _keep(self, leaf: Statement, reads: frozenset[str]) -> None:
        self.kept[leaf.first] = leaf
        self._keep_headers(self.around[leaf.first])
        user = _title(leaf)
        for name in sorted(reads):
            self._need(name, user)
        dynamic = sorted(reads & _DYNAMIC)
        if dynamic:
            raise Obstacle(DYNAMIC_NAMES, self.source.file, leaf.first, name=f"{dynamic[0]}()", user=user)

    def _keep_headers(self, blocks: Iterable[Statement]) -> None:
        for block in blocks:
            self.headers.add(block.first)
            if not self._opens(block):
                for name in sorted(block.names.reads):
                    self._need(name, f"line {block.first}")

    def _need(self, name: str, user: str) -> None:
        self.needed.setdefault(name, user)

    def _refuse_star_imports(self) -> None:
        bound = {name for statement in (*self.leaves, *self.blocks) for name in statement.names.binds}
        loose = sorted(self.needed.keys() - bound - _GIVEN)
        for leaf in self.leaves:
            if loose and any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in leaf.nodes):
                raise Obstacle(STAR_IMPORT, self.source.file, leaf.first, name=loose[0])


def _own_end(statement: Statement) -> int:
    return statement.branches[0].last if statement.branches else statement.last


def _title(leaf: Statement) -> str:
    node = leaf.node
    return node.name if isinstance(node, DEFINITIONS) else f"line {leaf.first}"


def is_import(leaf: Statement) -> bool:
    return all(isinstance(node, ast.Import | ast.ImportFrom) for node in leaf.nodes)


def _is_future(leaf: Statement) -> bool:
    return isinstance(leaf.node, ast.ImportFrom) and leaf.node.module == "__future__"


def _has_effect(leaf: Statement) -> bool:
    """Whether a statement binds no name: what it does then, it does to an object or to the process."""
    return any(_acts(node) for node in leaf.nodes)


def _acts(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Expr() | ast.Delete() | ast.Raise() | ast.Assert() | ast.Break() | ast.Continue():
            return True
        case ast.Assign(targets=targets):
            return any(_is_part(target) for target in targets)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return _is_part(target)
        case ast.If() | ast.For() | ast.While() | ast.With() | ast.Try():  # on one line
            return any(_acts(inner) for inner in ast.walk(node) if isinstance(inner, ast.stmt) and inner is not node)
    return False


def _is_part(target: ast.expr) -> bool:
    """Whether an assignment changes an object rather than binding a name."""
    if isinstance(target, ast.Tuple | ast.List):
        return any(_is_part(element) for element in target.elts)
    return isinstance(target, ast.Attribute | ast.Subscript)


def _calls(node: ast.stmt) -> bool:
    if isinstance(node, DEFINITIONS):
        return bool(node.decorator_list) or (isinstance(node, ast.ClassDef) and bool(node.bases or node.keywords))
    return any(isinstance(inner, ast.Call | ast.Await | ast.NamedExpr) for inner in ast.walk(node))


def _is_guarded_by_main(blocks: tuple[Statement, ...]) -> bool:
    """Under `if __name__ == "__main__"`, which no import fulfils."""
    for block in blocks:
        match block.node:
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]
                ),
                orelse=[],
            ):
                return True
    return False


def without_decorators(node: ast.stmt, makers: frozenset[str]) -> ast.stmt:
    """A definition without the decorators that make a task of it."""
    if not isinstance(node, DEFINITIONS):
        return node
    kept = [decorator for decorator in node.decorator_list if root_name(decorator) not in makers]
    copied = copy.copy(node)
    copied.decorator_list = kept
    return copied


def root_name(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None
