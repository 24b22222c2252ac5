"""The drawings of CONTRIBUTING.md are true: rooms, their order, and nothing left out."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
DAG, MIGRATION = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


def way(drawing: str) -> list[str]:
    """The rooms of the first line between what goes in and what comes out."""
    return [part.strip() for part in drawing.splitlines()[0].split("─")]


def stages_of_the_pipeline() -> list[str]:
    """The rooms whose functions convert_file() calls, in the order of their first calls."""
    trees = [ast.parse((ROOT / "dagconv" / name).read_text("utf-8")) for name in ("pipeline.py", "packing.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    homes = {
        alias.asname or alias.name: node.module.split(".")[1]
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("dagconv.")
        for alias in node.names
    }
    own = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
    followed: set[str] = set()

    def called(node: ast.AST) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            yield from called(child)
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in own and name not in followed:
                followed.add(name)
                yield from called(own[name])
            elif isinstance(node.func, ast.Name) and name in homes:
                yield homes[name]

    return list(dict.fromkeys(called(own["convert_file"])))


def test_the_way_of_a_dag_is_that_of_the_pipeline() -> None:
    _, first, *stages, _ = way(DAG)
    called = stages_of_the_pipeline()
    assert first == "discover"
    assert [room for room in called if room in stages] == stages
    allowed = next(layer for layer in CONTRACTS[0]["layers"] if "dagconv.lower" in layer)
    drawn = {f"dagconv.{room}" for room in (first, *stages, "fix", "cache")}  # of `validate` alone, and no stage
    assert set(allowed.split(" | ")) == drawn


def test_the_worker_stands_below_who_asks_it() -> None:
    line, _, last = DAG.splitlines()
    at = [place for place, char in enumerate(DAG.splitlines()[1]) if char == "│"]
    assert "worker" in last
    assert [
        word
        for word in ("load", "prove")
        if any(line.index(word) <= place < line.index(word) + len(word) for place in at)
    ] == ["load", "prove"]


def test_the_way_of_a_migration_is_that_of_its_contract() -> None:
    contract = next(contract for contract in CONTRACTS if contract.get("containers") == ["dagconv.migrate"])
    _, *rooms = way(MIGRATION)
    assert [room for room in reversed(contract["layers"]) if room != "rehearse"] == rooms
    below = [line.split()[0] for line in MIGRATION.splitlines()[1:]]
    assert all((ROOT / "dagconv" / room / "__init__.py").is_file() for room in below)


def test_every_room_is_named() -> None:
    rooms = {
        path.name for path in (ROOT / "dagconv").iterdir() if not path.name.startswith("_") and path.suffix != ".typed"
    }
    named = {*re.findall(r"`([\w.]+)`", TEXT), *way(DAG), *(line.split()[0] for line in MIGRATION.splitlines()[1:])}
    named |= {name.rpartition("/")[2] for name in re.findall(r"`dagconv/([\w./]+)`", TEXT)}
    assert rooms - named == set()
