"""Source lines for people: those of the file, with the secrets that stand in them struck out."""

from __future__ import annotations

import functools

from dagconv.diagnostics.lines import read_source_lines
from dagconv.language.veil import veiled


def read_shown_lines(path: str) -> list[str] | None:
    """As many lines, each as long, as `read_source_lines` gives; None when the file cannot be read."""
    lines = read_source_lines(path)
    return None if lines is None else _veiled_lines("\n".join(lines))


@functools.lru_cache(maxsize=16)
def _veiled_lines(text: str) -> list[str]:
    """By the text, not by the path: a call may go on while a file is edited."""
    return veiled(text).split("\n")
