"""Finds the YAML files of a call: those named, and those in the folders named."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to read. `named` when it must be judged: named by the user, or by the setting `include`."""

    path: str
    named: bool


def find_candidates(
    paths: Iterable[str], include: tuple[str, ...] = (), exclude: tuple[str, ...] = (), *, auto: bool = False
) -> Iterator[Candidate]:
    """Each file once, folders in sorted order. With `auto`, files named are treated like those of folders.

    Raises FileNotFoundError for a path that does not exist.
    """
    seen: set[Path] = set()
    for path in paths:
        if Path(path).is_dir():
            found: Iterable[Candidate] = _in_folder(path, include, exclude)
        elif Path(path).is_symlink() or Path(path).exists():
            found = () if auto and _matches(path, exclude) else (Candidate(path, not auto or _matches(path, include)),)
        else:
            raise FileNotFoundError(path)
        for candidate in found:
            real = Path(candidate.path).resolve()
            if real not in seen:
                seen.add(real)
                yield candidate


def _in_folder(folder: str, include: tuple[str, ...], exclude: tuple[str, ...]) -> Iterator[Candidate]:
    for parent, folders, names in os.walk(folder):  # links to folders are not followed, so there are no loops
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = str(Path(parent, name))
            if name.endswith(_SUFFIXES) and not _matches(path, exclude):
                yield Candidate(path, _matches(path, include))


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    path = path.removeprefix("./")
    return any(fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(path, f"*/{pattern}") for pattern in patterns)
