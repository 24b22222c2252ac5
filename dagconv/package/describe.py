"""What a code package holds, read off its files alone: modules, where their statements came from, what they need."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dagconv.language.archive import ENTRIES, PackageFile
from dagconv.package.needs import Need, find_needs

_ORIGIN = re.compile(r"# (\S.*\.py:\d+)$")


@dataclass(frozen=True, slots=True)
class Origin:
    """`place` is `file.py:line` of the source, `statement` the first line that stands there, `line` its own here."""

    line: int
    place: str
    statement: str


@dataclass(frozen=True, slots=True)
class Described:
    """A file of a package. `kind` is entries, slice, module (as it stands in the source) or file."""

    path: str
    kind: str
    origins: tuple[Origin, ...] = ()
    needs: tuple[Need, ...] = ()


def describe_package(files: Mapping[str, PackageFile]) -> Iterator[Described]:
    """Entries first, then by path. What is no Python that can be read is a file like others."""
    own = {path.partition("/")[0].removesuffix(".py") for path in files}
    found = [_describe(files[path], own) for path in sorted(files)]
    return iter(sorted(found, key=lambda one: one.kind != "entries"))


def _describe(file: PackageFile, own: set[str]) -> Described:
    if not file.path.endswith(".py"):
        return Described(file.path, "file")
    try:
        text = file.content.decode()
        needs = tuple(find_needs(text, file.path, own))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return Described(file.path, "file")
    if file.content.startswith(ENTRIES):
        return Described(file.path, "entries", needs=needs)
    origins = tuple(_origins(text))
    return Described(file.path, "slice" if origins else "module", origins, needs)


def _origins(text: str) -> Iterator[Origin]:
    """By the comments that a slice has before each group of statements; one inside of a text is none."""
    lines = text.split("\n")
    starts = {part.lineno for node in ast.parse(text).body for part in (node, *getattr(node, "decorator_list", ()))}
    for number, line in enumerate(lines[:-1], 1):
        mark = _ORIGIN.match(line)
        if mark and number + 1 in starts:
            yield Origin(number + 1, mark[1], lines[number].strip())
