"""`# dagconv: ignore[DC301]` in Python source: takes findings of that line away, and reports what it could not take."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from dagconv.check.ignores import MALFORMED, REFUSED, UNUSED
from dagconv.cli.present import read_source_lines
from dagconv.diagnostics import Diagnostic, Location, Severity
from dagconv.diagnostics.report import FileReport, FileStatus, Report

_COMMENT = re.compile(r"#[ \t]*dagconv:[ \t]*ignore\b(?:\[([^\]\n]*)\])?")


@dataclass(slots=True)
class _Comment:
    """One comment: the place of it, the line that it speaks of, and what became of its names."""

    place: Location
    line: int
    names: tuple[str, ...]
    used: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


def without_commented(report: Report) -> Report:
    """The report without findings that a comment on their line, or alone on the line above, ignores.

    Errors stay, and comments that ignore nothing are findings themselves. In a file that could not be loaded no
    comment is judged: its other findings were never made.
    """
    files = (file if file.status is FileStatus.FAILED else _without_commented(file) for file in report.files)
    return replace(report, files=tuple(files))


def _without_commented(file: FileReport) -> FileReport:
    comments = list(_read(file.path)) if file.dags else []
    if not comments:
        return file
    kept = [found for found in file.diagnostics if not _takes(comments, found, file.path)]
    for comment in comments:
        if not comment.names:
            kept.append(MALFORMED.at(comment.place))
        for name in comment.names:
            if name in comment.refused:
                kept.append(REFUSED.at(comment.place, found=name))
            elif name not in comment.used:
                kept.append(UNUSED.at(comment.place, found=name))
    return replace(file, diagnostics=tuple(sorted(kept, key=Diagnostic.sort_key)))


def _takes(comments: list[_Comment], found: Diagnostic, path: str) -> bool:
    if found.location is None or found.location.file != path:
        return False
    taken = False
    for comment in comments:
        named = [n for n in comment.names if n.upper() == found.code or n == found.rule.slug]
        if comment.line != found.location.line or not named:
            continue
        if found.severity is Severity.ERROR:
            comment.refused.update(named)
        else:
            comment.used.update(named)
            taken = True
    return taken


def _read(path: str) -> Iterator[_Comment]:
    lines = read_source_lines(path) or []
    if not any("dagconv:" in line for line in lines):
        return
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline))
    except (tokenize.TokenError, SyntaxError):
        return
    for token in tokens:
        match = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if match is None:
            continue
        row, column = token.start[0], token.start[1] + match.start() + 1
        alone = not token.line[: token.start[1]].strip()
        names = tuple(name.strip() for name in (match.group(1) or "").split(",") if name.strip())
        place = Location(path, row, column, row, column + len(match.group()))
        yield _Comment(place, row + 1 if alone else row, names)
