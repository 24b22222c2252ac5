"""Tells uses of other releases' names and arguments as one line a file, unless they are asked for one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dagconv.diagnostics import Diagnostic, Effect, Location, Page, Rule, Severity
from dagconv.diagnostics.report import Report

OLD_SOURCE = Rule(
    code="DC941",
    slug="other-release",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A file uses names and arguments of another Airflow release; all of them are known.",
    message="{count} names and arguments of another Airflow release are taken as today's ({codes})",
    help="list them with --modernize-report",
    why="Each use has its own finding, with today's spelling; most are of the same few kinds.",
    example="from airflow.operators.bash_operator import BashOperator",
    fix="Nothing to do.",
    source=(Page("schemas/renames.json"),),
)
# Of load.old_rules; those that change or lose something stay as they are.
_CODES = frozenset({"DC130", "DC131", "DC133", "DC134", "DC135", "DC136", "DC137", "DC141"})


def collapsed(report: Report) -> Report:
    files = (replace(file, diagnostics=tuple(_collapse(file.diagnostics))) for file in report.files)
    return replace(report, files=tuple(files))


def _collapse(diagnostics: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """One finding for all of these codes of one file, where the first of them stood."""
    old = [found for found in diagnostics if found.code in _CODES]
    if len(old) < 2:
        yield from diagnostics
        return
    for found in diagnostics:
        if found is old[0]:
            place = Location(found.location.file, found.location.line) if found.location else None
            codes = ", ".join(sorted({one.code for one in old}))
            yield OLD_SOURCE.at(place, count=len(old), codes=codes)
        elif found.code not in _CODES:
            yield found
