"""Counts a report in DAGs instead of findings: what became of each, and what the others need; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dagconv.diagnostics import Diagnostic, Means, Rule, Severity
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Report


@dataclass(frozen=True, slots=True)
class Need:
    """What mends refusals: `name` is the loss for `--accept`, else empty."""

    means: Means
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A DAG, or a file whose DAGs nobody knows since it could not be loaded (`dag_id` None)."""

    path: str
    dag_id: str | None
    converted: bool
    errors: tuple[Diagnostic, ...] = ()

    @property
    def needs(self) -> frozenset[Need]:
        return frozenset(need_of(found) for found in self.errors)


@dataclass(frozen=True, slots=True)
class Count:
    """DAGs, and files whose DAGs nobody knows."""

    dags: int = 0
    files: int = 0

    @property
    def units(self) -> int:
        return self.dags + self.files


@dataclass(frozen=True, slots=True)
class Group:
    """What has one need: `alone` has no other. `names` are what is missing, by noun, the most wanted first;
    `reasons` the rules with the number of units that each stops, the most frequent first."""

    need: Need
    stopped: Count
    alone: Count
    names: Mapping[str, tuple[str, ...]]
    reasons: tuple[tuple[Rule, int], ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a call, in DAGs."""

    converted: Count
    groups: tuple[Group, ...]
    empty: int  # files without a DAG

    @property
    def stopped(self) -> bool:
        return bool(self.groups)


def need_of(found: Diagnostic) -> Need:
    """By what mends it. What can be accepted and should not be, as secrets in definitions, is work on the source."""
    means = found.rule.remedy.means
    return Need(means, found.rule.accept if means is Means.ACCEPT else "")


def units_of(report: Report) -> tuple[Unit, ...]:
    """In the order of the files."""
    return tuple(unit for file in report.files for unit in _units(file))


def _units(file: FileReport) -> Iterable[Unit]:
    errors = tuple(found for found in file.diagnostics if found.severity is Severity.ERROR)
    if not file.dags and file.status in (FileStatus.FAILED, FileStatus.REFUSED):
        yield Unit(file.path, None, False, errors)
    for dag in file.dags:
        yield _unit(file.path, dag, errors)


def _unit(path: str, dag: DagReport, errors: Sequence[Diagnostic]) -> Unit:
    converted = dag.status is FileStatus.CONVERTED
    about = () if converted else tuple(found for found in errors if found.dag_id in (None, dag.dag_id))
    return Unit(path, dag.dag_id, converted, about)


def figures_of(report: Report) -> Figures:
    units = units_of(report)
    stopped = [unit for unit in units if not unit.converted]
    needs = sorted({need for unit in stopped for need in unit.needs}, key=_order)
    empty = sum(1 for file in report.files if file.status is FileStatus.SKIPPED)
    groups = tuple(_group(need, [unit for unit in stopped if need in unit.needs]) for need in needs)
    return Figures(count(unit for unit in units if unit.converted), groups, empty)


def count(units: Iterable[Unit]) -> Count:
    known = Counter(unit.dag_id is not None for unit in units)
    return Count(known[True], known[False])


def _group(need: Need, units: Sequence[Unit]) -> Group:
    findings = [(unit, found) for unit in units for found in unit.errors if need_of(found) == need]
    reasons = Counter(rule for rule, _ in {(found.rule, unit) for unit, found in findings})
    return Group(
        need,
        count(units),
        count(unit for unit in units if unit.needs == {need}),
        _names(findings),
        tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0].code))),
    )


def _names(findings: Iterable[tuple[Unit, Diagnostic]]) -> dict[str, tuple[str, ...]]:
    wanted: dict[str, Counter[str]] = {}
    asked = {(noun, name, unit.path, unit.dag_id) for unit, found in findings for noun, name in _asked(found)}
    for noun, name, *_ in sorted(asked, key=repr):
        wanted.setdefault(noun, Counter())[name] += 1
    return {noun: tuple(name for name, _ in names.most_common()) for noun, names in wanted.items()}


def _asked(found: Diagnostic) -> Iterable[tuple[str, str]]:
    """What a finding names as missing. One finding may name several, separated by commas."""
    remedy = found.rule.remedy
    text = found.param(remedy.param) if remedy.param else None
    names = text.split(", ") if isinstance(text, str) else []
    if remedy.means is Means.PACKAGES:  # what is installed is what stands before the first dot
        names = [name.partition(".")[0] for name in names]
    return ((remedy.noun, name) for name in names)


def _order(need: Need) -> tuple[int, str]:
    return list(Means).index(need.means), need.name
