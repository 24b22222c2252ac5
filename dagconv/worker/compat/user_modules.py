"""Finds the user's modules as Airflow does: in the DAGs and plugins folders, never in place of the library's."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from dagconv.worker.compat.era import imports_of
from dagconv.worker.compat.uses import USES
from dagconv.worker.reads import READS

# Airflow appends its folders to sys.path, so that these are always the library's.
_LIBRARY = frozenset(sys.stdlib_module_names) | {"airflow", "airflow_shared", "boto3", "botocore", "pendulum", "yaml"}


def install(roots: list[str], path: str) -> None:
    """Runs in a child, before the user's file at `path`. `roots` in the order in which they are searched."""
    for name, line in imports_of(path):
        top = name.partition(".")[0]
        if top not in _LIBRARY:
            continue
        READS.tried(top, roots)
        spec = PathFinder.find_spec(top, roots)
        if spec is not None and spec.loader is not None:
            USES.report(
                "module-of-the-library",
                {"module": top, "path": os.path.relpath(spec.origin or top, roots[0])},
                path,
                line,
            )
    sys.path.extend(roots)
    # This environment has packages that the user's does not; in doubt a name is the user's.
    sys.meta_path.insert(0, UserModules(roots))


class UserModules(MetaPathFinder):
    """Looks a top-level name up in the user's folders before everything else, unless it is the library's."""

    def __init__(self, roots: list[str]) -> None:
        self.roots = roots

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None or "." in fullname:
            return None
        spec = PathFinder.find_spec(fullname, self.roots, target)
        # A folder without __init__ may have its other half elsewhere.
        return spec if spec is not None and spec.loader is not None and fullname not in _LIBRARY else None
