"""What each further step would open, from real conversions that are written nowhere; pure but for that function.

A load that stops at its first missing input hides what comes after it, so counting findings would tell too little.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dagconv.assessment.figures import Count, Figures, Need, figures_of, units_of
from dagconv.diagnostics import Means
from dagconv.diagnostics.report import FileReport, Report

# Of paths and of what is granted: what these files then become.
Convert = Callable[[Sequence[str], frozenset[Need]], Report]
_Files = Mapping[str, FileReport]


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
    """`steps` in order, first what opens most alone; `end` is the report with all granted, and `rest` what is left."""

    today: Figures
    steps: tuple[Step, ...]
    end: Report

    @property
    def rest(self) -> Figures:
        return figures_of(self.end)


def forecast(report: Report, convert: Convert) -> Forecast:
    """Grants one need after another to the files that still show it, and each need by itself.

    The need that opens most DAGs alone comes first, among equals the cheapest. One that shows only after others were
    granted comes after them; files that show an earlier one again get it again, with all that was granted.
    """
    today = {file.path: file for file in report.files}
    convert = functools.cache(convert)  # the first step is what it does alone
    alone = functools.cache(lambda need: _opened(today, _granting(today, frozenset({need}), convert)))
    now: _Files = today
    granted: frozenset[Need] = frozenset()
    steps: list[Step] = []
    while pending := _needs(now.values()) - granted:
        need = min(pending, key=lambda need: (-len(alone(need)), list(Means).index(need.means), need.name))
        granted |= {need}
        before, now = now, _granting(now, granted, convert)
        steps.append(Step(need, _opened(before, now), Count(dags=len(alone(need)))))
    return Forecast(figures_of(report), tuple(steps), replace(report, files=tuple(now.values())))


def _granting(files: _Files, granted: frozenset[Need], convert: Convert) -> _Files:
    for _ in range(2):  # stubs let a file come to the next value that it reads
        stopped = tuple(file.path for file in files.values() if granted & _needs_of(file))
        if not stopped:
            break
        files = {**files, **{file.path: file for file in convert(stopped, granted).files}}
    return files


def _opened(before: _Files, after: _Files) -> frozenset[tuple[str, str]]:
    return frozenset(_converted(after.values()) - _converted(before.values()))


def _needs(files: Iterable[FileReport]) -> frozenset[Need]:
    """What a step can mend."""
    return frozenset(need for file in files for need in _needs_of(file) if need.means is not Means.SOURCE)


def _needs_of(file: FileReport) -> frozenset[Need]:
    return frozenset(need for unit in units_of(Report((file,))) if not unit.converted for need in unit.needs)


def _converted(files: Iterable[FileReport]) -> set[tuple[str, str]]:
    units = units_of(Report(tuple(files)))
    return {(unit.path, unit.dag_id) for unit in units if unit.converted and unit.dag_id is not None}
