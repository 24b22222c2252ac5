"""The proof of statements without names: what changes an object or the process in the source must stand in the package.

Read off both texts, statement by statement; left out may be only what makes or wires objects of Airflow, which the
worker saw. Values are compared by identity (code.py); this finds what no value shows.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Location, Rule, Section, Severity
from dagconv.ir.code import SourceModule

EFFECT_DIFFERS = Rule(
    code="DC715",
    slug="statement-left-out",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A statement that may change something is not in the code package, or only there.",
    message="the statement {statement} {where}",
    help="report this as a bug of dagconv; please attach the DAG",
    why="A statement that binds no name changes an object or the process. The package has to hold each, as it stands.",
    example="os.environ['REGION'] = 'eu-west-1'",
    fix="keep the statement",
    source=(ContractRule(46), Section("3.2")),
)
_BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try)


def prove_effects(source: SourceModule, text: str, package: str, dag_id: str) -> Iterator[Diagnostic]:
    """Of one file of the source, by its text and that of the module in the package."""
    left, lines = _effects(text, source), Counter[str]()
    for statement, _ in left:
        lines[statement] += 1
    kept = Counter(statement for statement, _ in _effects(package, SourceModule("")))
    for statement, line in left:
        if kept[statement] < lines[statement]:
            place = Location(source.file, line)
            yield EFFECT_DIFFERS.at(place, dag_id=dag_id, statement=statement, where="is not in the package")
    for statement in kept:
        if kept[statement] > lines[statement]:
            place = Location(source.file, 1)
            yield EFFECT_DIFFERS.at(place, dag_id=dag_id, statement=statement, where="is in the package only")


def _effects(text: str, source: SourceModule) -> list[tuple[str, int]]:
    names = {*source.airflow, *source.makers}
    return [(ast.unparse(node), node.lineno) for node in _walk(ast.parse(text).body, source, names)]


def _walk(body: Sequence[ast.stmt], source: SourceModule, names: set[str]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
            continue
        if isinstance(node, _BLOCKS):
            header = _header_names(node)
            if header & names and not isinstance(node, ast.With):
                continue
            for inner in (*node.body, *getattr(node, "orelse", ()), *getattr(node, "finalbody", ())):
                yield from _walk([inner], source, names)
            for handler in getattr(node, "handlers", ()):
                yield from _walk(handler.body, source, names)
        elif _is_effect(node) and not _is_of_dag(node, source, names):
            yield node


def _header_names(node: ast.stmt) -> set[str]:
    parts = [getattr(node, name, None) for name in ("test", "iter", "target")]
    return {n.id for part in parts if part is not None for n in ast.walk(part) if isinstance(n, ast.Name)}


def _is_effect(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Expr() | ast.Delete() | ast.Assert() | ast.Raise():
            return True
        case ast.Assign(targets=targets):
            return all(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)
        case ast.AugAssign(target=target):
            return isinstance(target, ast.Attribute | ast.Subscript)
    return False


def _is_of_dag(node: ast.stmt, source: SourceModule, names: set[str]) -> bool:
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    used = {one.id for one in _running(node) if isinstance(one, ast.Name)}
    return bool(used & names) or any(line in lines for line in source.builders)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """What runs with the statement: not what stands in a lambda."""
    yield node
    if not isinstance(node, ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _running(child)
