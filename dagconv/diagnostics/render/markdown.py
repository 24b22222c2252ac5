"""Markdown for job summaries and merge requests: outcome, what to do, then errors and warnings, each folded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from dagconv.diagnostics.folding import Fold, fold
from dagconv.diagnostics.model import Severity
from dagconv.diagnostics.render import RenderOptions, place
from dagconv.diagnostics.render.terminal import safe
from dagconv.diagnostics.report import FileStatus, Report

_MOST_ROWS = 200  # per table: a summary of a job may hold 1 MiB
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_TITLES = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.INFO: "Information"}


def render(report: Report, options: RenderOptions) -> str:
    folds, hidden = fold(report, notes=options.notes)
    return "\n".join((*_head(report, folds, hidden), *_to_do(options), *_findings(folds))) + "\n"


def _head(report: Report, folds: list[Fold], hidden: int) -> Iterator[str]:
    yield from ("## dagconv", "", "| Files | Count |", "|---|---:|")
    counts = ((status.value, report.count_files(status)) for status in FileStatus)
    yield from (f"| {name} | {count} |" for name, count in counts if count)
    found = Counter(one.found.severity for one in folds)
    yield from (f"| {_TITLES[one].lower()} | {found[one]} |" for one in (Severity.ERROR, Severity.WARNING))
    if hidden:
        yield f"| notes not shown | {hidden} |"


def _to_do(options: RenderOptions) -> Iterator[str]:
    if options.rows:
        yield from ("", "### What to do", "", "| DAGs | Next step |", "|---|---|")
        yield from (f"| {inert(said)} | {_code(step) if step else ''} |" for said, step in options.rows)


def _findings(folds: list[Fold]) -> Iterator[str]:
    for severity, title in _TITLES.items():
        rows = [one for one in folds if one.found.severity is severity]
        if not rows:
            continue
        yield from ("", f"### {title}", "", "| Where | Code | Finding |", "|---|---|---|")
        yield from (_row(one) for one in rows[:_MOST_ROWS])
        if len(rows) > _MOST_ROWS:
            yield from ("", f"and {len(rows) - _MOST_ROWS} more")


def _row(one: Fold) -> str:
    where = place(one.file, one.found)
    advice = f"<br>{inert(one.found.help)}" if one.found.help else ""
    place_text = _code(str(where)) if where else "the call"
    return f"| {place_text} | {one.found.code} | {inert(one.found.message + one.more)}{advice} |"


def inert(text: str) -> str:
    """What a DAG is called must make no table cell, link, mention or tag: each sign of punctuation is escaped."""
    return _PUNCTUATION.sub(r"\\\1", safe(text))


def _code(text: str) -> str:
    return f"<code>{inert(text)}</code>"
