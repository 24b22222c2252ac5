"""Judges which Airflow a file was written for, from what it used while it was imported and from its imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagconv.catalog.renames import renames
from dagconv.ir.workflow import Era
from dagconv.worker.compat.uses import USES, is_guarded
from dagconv.worker.record import RECORDER, dag_construction


def judge(path: str) -> tuple[str, str]:
    """Generation and reason; `untold` where nothing tells."""
    if not USES.enabled:
        return "", ""
    evidence = [*USES.evidence, *_from_imports(path)]
    for generation in ("3", "1.10", "2"):
        found = [(line, what) for kind, what, line in evidence if kind == generation]
        if found:
            line, what = min(found)
            reason = f"{what} (line {line})"
            if generation != "3":
                _report_importable(path)
                USES.report("source-generation", {"generation": generation, "reason": reason}, path, line)
            return generation, reason
    return "untold", ""


def era_of(dag: Any, generation: str, reason: str) -> Era:
    construction = dag_construction(dag)
    given = tuple(sorted(construction.call)) if construction else ()
    relative = tuple(sorted(construction.relative)) if construction else ()
    return Era(generation, reason, given, relative)


def _from_imports(path: str) -> Iterator[tuple[str, str, int]]:
    """Evidence in the imports of the file itself: `airflow.sdk` came with 3."""
    for name, line in imports_of(path):
        if (name + ".").startswith("airflow.sdk.") and not is_guarded(path, line):
            yield "3", name, line


def _report_importable(path: str) -> None:
    """Old names that Airflow 3 still has, in a file that is old anyway."""
    for name, line in imports_of(path):
        modern = renames().importable.get(name)
        if modern is not None:
            USES.report("old-name", {"old": name, "new": modern}, path, line)


def imports_of(path: str) -> Iterator[tuple[str, int]]:
    """Full dotted names that the file imports, with their lines."""
    if not RECORDER.is_user_file(path):
        return
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):  # a zip, or what DagBag has said already
        return
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, node.lineno) for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from ((f"{module}.{alias.name}", node.lineno) for alias in names)
            case _:
                pass
