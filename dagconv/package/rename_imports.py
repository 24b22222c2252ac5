"""Writes imports of older Airflow releases in kept code by their names of Airflow 3 (schemas/renames.json)."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from dagconv.catalog.renames import Renames, renames
from dagconv.package.obstacle import Obstacle
from dagconv.package.rules import OLD_NAME


@dataclass(frozen=True, slots=True)
class Renamed:
    """A name that the source imports, and by which name the package does."""

    line: int
    old: str
    new: str


def rename_imports(text: str, file: str) -> tuple[str, tuple[Renamed, ...]]:
    """The text with its imports renamed, nothing else touched. Raises Obstacle where a name has no equal."""
    table = renames()
    lines = [line.encode() for line in text.split("\n")]
    found: list[Renamed] = []
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        written, changed = _rename(node, table, file)
        if changed:
            found += changed
            _replace(lines, node, written)
    return b"\n".join(lines).decode(), tuple(reversed(found))


def _rename(node: ast.Import | ast.ImportFrom, table: Renames, file: str) -> tuple[list[ast.stmt], list[Renamed]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            _refuse_module(alias.name, table, file, node.lineno)
        return [], []
    if node.level or not node.module or not node.module.startswith("airflow"):
        return [], []
    written: list[ast.stmt] = []
    changed: list[Renamed] = []
    for alias in node.names:
        old = f"{node.module}.{alias.name}"
        new = _successor(old, table, file, node.lineno)
        if new is None:
            written.append(ast.ImportFrom(node.module, [alias], 0))
            continue
        changed.append(Renamed(node.lineno, old, new))
        module, _, name = new.rpartition(".")
        written.append(ast.ImportFrom(module, [ast.alias(name, _alias(alias, name))], 0))
    return written, changed


def _alias(alias: ast.alias, name: str) -> str | None:
    bound = alias.asname or alias.name
    return None if bound == name else bound


def _successor(old: str, table: Renames, file: str, line: int) -> str | None:
    """The name of today for a name that is gone or moved; None for one that Airflow 3 has as it is."""
    for names in (table.names, table.newer):
        if old in names:
            return names[old]
    if old in table.absent:
        found = table.absent[old]
        where = f"; it moved to the provider {found.provider}, which the service does not have"
        raise Obstacle(OLD_NAME, file, line, name=old, where=where, advice="")
    if old in table.adapted or old in table.emulated or old in table.gone:
        advice = f": {table.modern(old)}" if table.modern(old) else ""
        raise Obstacle(OLD_NAME, file, line, name=old, where="", advice=advice)
    return None


def _refuse_module(name: str, table: Renames, file: str, line: int) -> None:
    if not name.startswith("airflow."):
        return
    is_old = any(old.startswith(f"{name}.") for old in table.old_names - table.newer.keys())
    if is_old and not any(new.startswith(f"{name}.") for new in table.names.values()):
        raise Obstacle(OLD_NAME, file, line, name=name, where="", advice=": import the names themselves")


def _replace(lines: list[bytes], node: ast.stmt, written: list[ast.stmt]) -> None:
    """One statement by several: on lines of their own where it had one, else one after the other."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
    alone = not before.strip() and not after.strip()
    joined = ("\n" + before.decode() if alone else "; ").join(ast.unparse(statement) for statement in written)
    lines[first : last + 1] = (before + joined.encode() + after).split(b"\n")
