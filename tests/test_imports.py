"""No circle between any two modules, late and type-only imports counted too, which the linter's contracts pass over."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "dagconv"


def graph_of(package: Path) -> dict[str, set[str]]:
    """Module -> what its file imports of the same package, wherever in the file that stands."""
    files = {_name(path, package): path for path in package.rglob("*.py")}
    return {name: {found for found in _imported(path, files) if found != name} for name, path in files.items()}


def _name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path, files: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in files)
        if isinstance(node, ast.ImportFrom) and node.module in files:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in inner if name in files)
            if any(name not in files for name in inner):
                yield node.module


def circle_of(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_two_modules_import_each_other() -> None:
    graph = graph_of(PACKAGE)
    assert len(graph) > 300
    assert circle_of(graph) == []


@pytest.mark.parametrize(
    "text",
    [
        "from pkg import a",
        "import pkg.a",
        "def late():\n    from pkg.a import x",
        "if TYPE_CHECKING:\n    from pkg.a import x",
    ],
)
def test_a_circle_is_seen_wherever_the_import_stands(tmp_path: Path, text: str) -> None:
    package = tmp_path / "pkg"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from pkg.b import y\nx = 1\n")
    (package / "b.py").write_text(f"{text}\ny = 1\n")
    assert set(circle_of(graph_of(package))) == {"pkg.a", "pkg.b"}
