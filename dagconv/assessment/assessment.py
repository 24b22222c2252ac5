"""The assessment of a call as data: what becomes of each DAG, what further steps open, why the rest stays; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dagconv.assessment.figures import Count, Need, Unit, count, units_of
from dagconv.assessment.forecast import Forecast
from dagconv.assessment.outline import Outline
from dagconv.diagnostics import Diagnostic, Effect, Means, Rule
from dagconv.diagnostics.report import FileStatus, Report

TODAY, WORK, UNREAD = "converts today", "needs work on the source", "cannot be read"
UNTOLD = "cannot be told without the packages"
_LOST = (Effect.CHANGED, Effect.DROPPED)
Name = tuple[str, str | None]  # the path and the DAG id, None for a file whose DAGs nobody knows


@dataclass(frozen=True, slots=True)
class Assessed:
    """A DAG, or a file whose DAGs nobody knows. `stops` are the errors of today and those that show only once all
    steps were granted, `losses` what means something else or is gone; `yaml` is its definition if it converts today."""

    path: str
    dag_id: str | None
    outcome: str
    stops: tuple[Diagnostic, ...] = ()
    losses: tuple[Diagnostic, ...] = ()
    outline: Outline | None = None
    yaml: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """The DAGs with one outcome; `alone` is how many the step opens without any other."""

    outcome: str
    dags: Count
    alone: Count


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that stops DAGs: how many, how many it stops alone, and where it says so."""

    rule: Rule
    stopped: Count
    alone: Count
    findings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """`weekly` are the starts by the clock within the next seven days of the DAGs whose schedule tells them; `largest`
    is the size of the largest definition that converts today, in bytes."""

    dags: int
    tasks: int
    scheduled: int
    weekly: int
    operators: tuple[tuple[str, int], ...]
    largest: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """`shares` stand in the order of the steps: first what converts today, last what needs work or cannot be read. A
    step that opens nothing is left out. `reasons` have the most frequent first; `empty` counts files without a DAG."""

    sources: tuple[str, ...]
    airflows: tuple[str, ...]
    shares: tuple[Share, ...]
    reasons: tuple[Reason, ...]
    dags: tuple[Assessed, ...]
    size: Size
    empty: int


def assess(
    sources: Sequence[str],
    report: Report,
    found: Forecast,
    outlines: Mapping[tuple[str, str], Outline],
    yamls: Mapping[tuple[str, str], str],
) -> Assessment:
    """From the report of today, what was forecast, and by path and DAG id outlines and today's definitions."""
    outcomes = {name: granted(step.need) for step in found.steps for name in step.opened}
    units = units_of(report)
    known = _Known(
        outcomes,
        {(unit.path, unit.dag_id): unit for unit in units},
        {file.path: file.diagnostics for file in report.files},
    )
    dags = tuple(_assessed(unit, known, outlines, yamls) for unit in units_of(found.end))
    return Assessment(
        tuple(sources),
        report.sources,
        _shares(dags, found),
        _reasons(dags),
        dags,
        _size(dags),
        sum(1 for file in report.files if file.status is FileStatus.SKIPPED),
    )


def granted(need: Need) -> str:
    """A step as an outcome of the DAGs that it opens."""
    match need.means:
        case Means.INPUTS:
            return "with inputs"
        case Means.PACKAGES:
            return "with packages"
        case Means.ACCEPT:
            return f"with --accept {need.name}"
        case Means.CODE:
            return "with a code package"
        case Means.SOURCE:
            return WORK


@dataclass(frozen=True, slots=True)
class _Known:
    """Outcomes of what a step opens, the units of today, and the findings of today by path."""

    outcomes: Mapping[tuple[str, str], str]
    units: Mapping[Name, Unit]
    findings: Mapping[str, Sequence[Diagnostic]]


def _assessed(
    unit: Unit, known: _Known, outlines: Mapping[tuple[str, str], Outline], yamls: Mapping[tuple[str, str], str]
) -> Assessed:
    name = (unit.path, unit.dag_id or "")
    rest = TODAY if unit.converted else UNREAD if unit.dag_id is None else WORK
    if unit.needs == {Need(Means.PACKAGES)}:  # what inert modules cannot tell
        rest = UNTOLD
    outcome = known.outcomes.get(name, rest)
    # A DAG that shows only with a step stood still with its whole file today.
    before = known.units.get((unit.path, unit.dag_id)) or known.units.get((unit.path, None)) or unit
    stops = dict.fromkeys((*before.errors, *unit.errors))
    about = [found for found in known.findings[unit.path] if found.dag_id in (None, unit.dag_id)]
    return Assessed(
        unit.path,
        unit.dag_id,
        outcome,
        () if outcome == TODAY else tuple(stops),
        tuple(found for found in about if found.effect in _LOST),
        outlines.get(name),
        yamls.get(name) if outcome == TODAY else None,
    )


def _shares(dags: Sequence[Assessed], found: Forecast) -> tuple[Share, ...]:
    counts = {outcome: _count([dag for dag in dags if dag.outcome == outcome]) for outcome in {d.outcome for d in dags}}
    steps = [(granted(step.need), step.alone) for step in found.steps]
    rows = [(TODAY, Count()), *steps, (UNTOLD, Count()), (WORK, Count()), (UNREAD, Count())]
    shares = [Share(outcome, counts.get(outcome, Count()), alone) for outcome, alone in rows]
    return tuple(one for one in shares if one.outcome == TODAY or one.dags.units or one.alone.units)


def _reasons(dags: Sequence[Assessed]) -> tuple[Reason, ...]:
    by_rule: dict[Rule, list[Diagnostic]] = {}
    stopped: dict[Rule, list[Assessed]] = {}
    for dag in dags:
        for found in dag.stops:
            by_rule.setdefault(found.rule, []).append(found)
        for rule in {found.rule for found in dag.stops}:
            stopped.setdefault(rule, []).append(dag)
    reasons = [
        Reason(
            rule,
            _count(stopped[rule]),
            _count([dag for dag in stopped[rule] if {found.rule for found in dag.stops} == {rule}]),
            tuple(sorted(dict.fromkeys(findings), key=Diagnostic.sort_key)),
        )
        for rule, findings in by_rule.items()
    ]
    return tuple(sorted(reasons, key=lambda reason: (-reason.stopped.units, reason.rule.code)))


def _count(dags: Iterable[Assessed]) -> Count:
    return count(Unit(dag.path, dag.dag_id, converted=False) for dag in dags)


def _size(dags: Sequence[Assessed]) -> Size:
    outlines = [dag.outline for dag in dags if dag.outline is not None]
    operators = Counter(node.operator for outline in outlines for node in outline.nodes)
    return Size(
        sum(1 for dag in dags if dag.dag_id is not None),
        sum(len(outline.nodes) for outline in outlines),
        sum(1 for outline in outlines if outline.before.scheduled),
        sum(outline.before.weekly or 0 for outline in outlines),
        tuple(sorted(operators.items(), key=lambda item: (-item[1], item[0]))),
        max((len(dag.yaml.encode()) for dag in dags if dag.yaml), default=0),
    )
