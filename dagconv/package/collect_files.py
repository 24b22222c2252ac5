"""Finds the user's modules that kept code imports, and those that these import, to travel with it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dagconv.ir.code import SourceModule

# Airflow appends its folders to sys.path, so that these are always the library's.
LIBRARY = frozenset(sys.stdlib_module_names) | {"airflow", "airflow_shared", "boto3", "botocore", "pendulum", "yaml"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An import: a module's full name, and which of its names; None where the module itself is bound."""

    module: str
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Library:
    """The user's modules: those that the worker saw imported, and files in the folders of sys.path. `looked` takes the
    path of each file that is looked for or read."""

    modules: Sequence[SourceModule]
    roots: Sequence[str]
    looked: set[str] = field(default_factory=set)

    def find(self, name: str) -> SourceModule | None:
        """The module of that name if it is the user's; one that was not imported has nothing known of it."""
        for module in self.modules:
            if module.name == name:
                return module
        if name.partition(".")[0] in LIBRARY:
            return None
        inside = Path(*name.split("."))
        for root in self.roots:
            for file in (Path(root) / inside / "__init__.py", Path(root) / inside.with_suffix(".py")):
                self.looked.add(str(file))
                if file.is_file():
                    return SourceModule(str(file), name)
        return None

    def of_file(self, file: str) -> SourceModule:
        self.looked.add(file)
        return next((module for module in self.modules if module.file == file), SourceModule(file))


def imports_of(text: str, module: str, is_package: bool) -> Iterator[Wanted]:
    """Every import in the text, in functions too, by full names; `module` is the text's own."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield Wanted(alias.name, None)
            case ast.ImportFrom(module=source, names=names, level=level):
                base = _absolute(module, is_package, source or "", level)
                for alias in names:
                    yield Wanted(base, (alias.name,))
                    yield Wanted(f"{base}.{alias.name}", None)  # where it is a module of a package


def _absolute(module: str, is_package: bool, source: str, level: int) -> str:
    if not level:
        return source
    parts = module.split(".")
    parts = parts[: len(parts) - level + (1 if is_package else 0)]
    return ".".join([*parts, *([source] if source else [])])


def with_parents(name: str) -> Iterator[str]:
    """A module's name and those of the packages around it, outermost first."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        yield ".".join(parts[:end])


def archive_path(module: SourceModule, name: str) -> str:
    """Where the module's file stands in the package."""
    folder = name.replace(".", "/")
    return f"{folder}/__init__.py" if Path(module.file).name == "__init__.py" else f"{folder}.py"
