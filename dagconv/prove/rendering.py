"""The fourth comparison of a proof: what the texts of source and definition render to, in the same runs.

A difference is excused only where it was declared for its own field, and only in the runs that are named; one that
was declared and shows in none of them is found as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dagconv.diagnostics import Diagnostic, Rule
from dagconv.ir import codec
from dagconv.ir.change import Case, Change, Divergence
from dagconv.ir.rendering import Occasion, Pair, Rendered, Rendering, RenderPlan
from dagconv.ir.task import MISSING, Default
from dagconv.ir.value import ContainerValue, ListValue, MapValue, SetValue, TupleValue
from dagconv.ir.workflow import Workflow
from dagconv.prove import rules

_RAISES = '{"raises":'
_OUTPUTS = frozenset({"ti", "task_instance"})
# Dates that the run's own moment stands for in a run by hand, on both sides.
_ITS_OWN = frozenset({"next_execution_date", "next_ds", "next_ds_nodash"})


def prove_rendering(
    workflow: Workflow,
    plan: RenderPlan,
    told: Told,
    source: Rendering | None,
    written: Rendering | None,
) -> list[Diagnostic]:
    """Findings at the places of the source's `workflow`. A side that did not answer has rendered nothing."""
    nothing = Rendering(())
    return list(_compare(workflow, plan, told, source or nothing, written or nothing))


@dataclass(frozen=True, slots=True)
class Told:
    """What lowering has declared: of values, and of what texts render to."""

    changes: Sequence[Change] = ()
    divergences: Sequence[Divergence] = ()

    def is_by_value(self, pair: Pair, field: str) -> bool:
        """Whether an argument is there on one side only, or in another shape, as where a function of a code package
        is handed its arguments by other names: its texts have nothing to be compared with, and its values were."""
        own = [change for change in self.changes if (change.task_id, change.field) == (pair.task_id, field)]
        if not own or (own[0].before is MISSING and pair.index is not None):  # an instance's own value
            return bool(own) and (own[-1].after is MISSING or _shape(own[0].after) != _shape(own[-1].after))
        return _shape(own[0].before) != _shape(own[-1].after)

    def of(self, task_id: str, field: str, known: Collection[tuple[str, str]]) -> list[Divergence]:
        """Those of a field; one of an argument that is no field of the object may show in any, as may the DAG's."""
        own = [entry for entry in self.divergences if entry.task_id in (task_id, None)]
        return [entry for entry in own if entry.field == field or (task_id, entry.field) not in known]


def _compare(
    workflow: Workflow, plan: RenderPlan, told: Told, source: Rendering, written: Rendering
) -> Iterator[Diagnostic]:
    one, two = ({(field.task_id, field.field): field for field in side.fields} for side in (source, written))
    pairs = {pair.task_id: pair for pair in plan.pairs}
    for task_id in sorted(pairs.keys() - {task for task, _ in (*one, *two)}):
        yield rules.RENDERS_OTHERWISE.at(
            workflow.locate(pairs[task_id].source_id, None),
            dag_id=workflow.dag_id,
            task_id=task_id,
            field=f"task {task_id}",
            where="all",
            before="a rendering",
            after="nothing",
        )
    idle: dict[Divergence, Pair] = {}
    shown: set[Divergence] = set()
    for key in (key for key in one if key in two):  # a text on one side only was judged with the objects
        pair, field = pairs[key[0]], Both(one[key], two[key], plan.occasions)
        if not told.is_by_value(pair, key[1]):
            declared = told.of(*key, one.keys() | two.keys())
            found = list(_compare_field(workflow, pair, field, declared))
            yield from found
            for entry in declared:
                idle.setdefault(entry, pair)
                shown |= {entry} if found or field.shows(entry) else set()
    for entry, pair in idle.items():
        if entry not in shown:
            what = {"code": entry.code, "case": entry.case.value, "how": entry.how}
            yield _finding(workflow, pair, entry.field, rules.RENDERS_ALIKE, **what)


@dataclass(frozen=True, slots=True)
class Both:
    """A field as both sides have rendered it."""

    one: Rendered
    two: Rendered
    occasions: Sequence[Occasion]

    @property
    def repeats(self) -> bool:
        return self.one.repeats and self.two.repeats

    @property
    def runs(self) -> list[tuple[Occasion, str, str]]:
        """Both results of each occasion; a text that is nothing to render has one for all."""
        results = (f.results * len(self.occasions) if len(f.results) == 1 else f.results for f in (self.one, self.two))
        return list(zip(self.occasions, *results, strict=True))

    def shows(self, entry: Divergence) -> bool:
        """Whether a declared difference is there, unless nothing can show it: the DAG has no such runs, both sides
        fail in one of them, or the text reads what differs and prints a part of it that does not."""
        if entry.task_id is None:
            return True
        kind = [(before, after) for run, before, after in self.runs if is_case(entry.case, run, after)]
        if not kind or any(before != after or before.startswith(_RAISES) for before, after in kind):
            return True
        reads = set(self.one.reads)
        output = entry.case in (Case.OTHER_OUTPUT, Case.NO_OUTPUT)
        return not _OUTPUTS.isdisjoint(reads) if output else any(map(_is_of_the_run, reads - _ITS_OWN))


def _shape(value: Default) -> object:
    """Keys and lengths of containers, whatever their kind and whatever stands in them."""
    match value:
        case ListValue(items) | TupleValue(items) | SetValue(items):
            return [_shape(item) for item in items]
        case MapValue(entries):
            return [(codec.canonical(key), _shape(item)) for key, item in entries]
        case ContainerValue(plain=plain):
            return _shape(plain)
        case _:
            return value is MISSING


def _compare_field(workflow: Workflow, pair: Pair, field: Both, told: Sequence[Divergence]) -> Iterator[Diagnostic]:
    if not field.repeats:
        if field.one.raw != field.two.raw:
            yield _finding(workflow, pair, field.one.field, rules.RENDERS_BY_CHANCE)
        return
    for run, before, after in field.runs:
        if not _alike(before, after) and not any(is_case(entry.case, run, after) for entry in told):
            what = {"where": run.name, "before": _shown(before), "after": _shown(after)}
            yield _finding(workflow, pair, field.one.field, rules.RENDERS_OTHERWISE, **what)
            return


def _finding(workflow: Workflow, pair: Pair, field: str, rule: Rule, **params: Any) -> Diagnostic:
    where = f"{field} of task {pair.task_id}"
    place = workflow.locate(pair.source_id, field)
    return rule.at(place, dag_id=workflow.dag_id, task_id=pair.source_id, key=field, field=where, **params)


def _alike(one: str, two: str) -> bool:
    """Both fail, whatever they fail with, or both give the same."""
    return one == two or (one.startswith(_RAISES) and two.startswith(_RAISES))


def is_case(case: Case, run: Occasion, after: str) -> bool:
    match case:
        case Case.SCHEDULED:
            return run.scheduled
        case Case.MANUAL:
            return not run.scheduled
        case Case.OTHER_OUTPUT:
            return run.values != "text"
        case Case.OTHER_PARAM:
            return run.is_given_values and run.values != "text"
        case Case.NO_OUTPUT:
            return run.values == "none"
        case Case.UNDEFINED:
            return after.startswith(f'{_RAISES} "UndefinedError')


def _is_of_the_run(name: str) -> bool:
    return name == "dag_run" or any(word in name for word in ("date", "ds", "ts", "interval"))


def _shown(text: str) -> str:
    return text.removeprefix('{"raises": ').removesuffix("}") if text.startswith(_RAISES) else text
