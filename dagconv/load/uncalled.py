"""Finds, without running anything, a function of a file without DAGs that would make one if it were called."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from pathlib import Path

_MAKERS = frozenset({"DAG", "dag"})


@dataclass(frozen=True, slots=True)
class Uncalled:
    """`line` is where the function makes its DAG."""

    name: str
    line: int


def find_uncalled(path: Path) -> Uncalled | None:
    """The first such function; None as well for a file that cannot be parsed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the file's own escapes
            tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            calls = (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))
            made = [maker for maker in (*node.decorator_list, *calls) if _name(maker) in _MAKERS]
            if made:
                return Uncalled(node.name, made[0].lineno)
    return None


def _name(node: ast.expr) -> str | None:
    """The last name of what is called, or used as a decorator without a call."""
    target = node.func if isinstance(node, ast.Call) else node
    return target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else None
