"""Finds the comments of Python source that ignore findings."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

from dagconv.diagnostics import Location
from dagconv.diagnostics.ignoring import COMMENT, MARK, Ignore, read_comment
from dagconv.diagnostics.lines import read_source_lines


def read_comments(path: str) -> Iterator[Ignore]:
    """The comments of a file in its order; none where it is no Python."""
    lines = read_source_lines(path) or []
    if not any(MARK in line for line in lines):
        return
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline))
    except (tokenize.TokenError, SyntaxError):
        return
    for token in tokens:
        match = COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if match is not None:
            row, column = token.start[0], token.start[1] + match.start() + 1
            place = Location(path, row, column, row, column + len(match.group()))
            yield read_comment(match, place, alone=not token.line[: token.start[1]].strip())
