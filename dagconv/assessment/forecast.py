"""What each further step would open, from real conversions that are written nowhere; pure but for that function.

A load that stops at its first missing input hides what comes after it, so counting findings would tell too little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from dagconv.assessment.figures import Count, Figures, Need, figures_of, units_of
from dagconv.diagnostics import Means
from dagconv.diagnostics.report import FileReport, Report

# Of paths and of what is granted: what these files then become.
Convert = Callable[[Sequence[str], frozenset[Need]], Report]
# A code package brings losses to accept that show only with it.
_STEPS = (Means.INPUTS, Means.PACKAGES, Means.ACCEPT, Means.CODE, Means.ACCEPT)


@dataclass(frozen=True, slots=True)
class Step:
    """A step after those before it: DAGs that it opens, by path and id, and how many it opens `alone`, without any
    other."""

    need: Need
    opened: frozenset[tuple[str, str]]
    alone: Count

    @property
    def opens(self) -> Count:
        return Count(dags=len(self.opened))


@dataclass(frozen=True, slots=True)
class Forecast:
    """`steps` in order, the cheapest first; `end` is the report with everything granted, and `rest` what is left."""

    today: Figures
    steps: tuple[Step, ...]
    end: Report

    @property
    def rest(self) -> Figures:
        return figures_of(self.end)


def forecast(report: Report, convert: Convert) -> Forecast:
    """Grants one need after another to the files that still show it, and each need by itself.

    A need that shows only after a later step was granted is granted to those files again, with all that was.
    """
    now = {file.path: file for file in report.files}
    granted: frozenset[Need] = frozenset()
    steps: list[Step] = []
    for means in _STEPS:
        for need in _needs(now.values(), means):
            if need in granted:
                continue
            granted |= {need}
            before = _converted(now.values())
            for _ in range(2):  # stubs let a file come to the next value that it reads
                stopped = [file.path for file in now.values() if granted & _needs_of(file)]
                if not stopped:
                    break
                now |= {file.path: file for file in convert(stopped, granted).files}
            opened = frozenset(_converted(now.values()) - before)
            steps.append(Step(need, opened, _alone(report, need, opened, convert, first=not steps)))
    return Forecast(figures_of(report), tuple(steps), replace(report, files=tuple(now.values())))


def _alone(report: Report, need: Need, opened: frozenset[tuple[str, str]], convert: Convert, *, first: bool) -> Count:
    """DAGs that the need opens with nothing else granted."""
    if first:
        return Count(dags=len(opened))
    stopped = [file.path for file in report.files if need in _needs_of(file)]
    if not stopped:
        return Count()
    before = _converted(report.files)
    return Count(dags=len(_converted(convert(stopped, frozenset({need})).files) - before))


def _needs(files: Iterable[FileReport], means: Means) -> list[Need]:
    found = {need for file in files for need in _needs_of(file) if need.means is means}
    return sorted(found, key=lambda need: need.name)


def _needs_of(file: FileReport) -> frozenset[Need]:
    return frozenset(need for unit in units_of(Report((file,))) if not unit.converted for need in unit.needs)


def _converted(files: Iterable[FileReport]) -> set[tuple[str, str]]:
    units = units_of(Report(tuple(files)))
    return {(unit.path, unit.dag_id) for unit in units if unit.converted and unit.dag_id is not None}
