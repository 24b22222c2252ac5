"""The run proof: which runs both sides enact, and what the runs of source and definition must agree in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from dagconv.diagnostics import Diagnostic, Effect, Page, Rule, Severity
from dagconv.ir.change import Change
from dagconv.ir.enactment import Enactment, RunPlan, Scenario, TaskRun
from dagconv.ir.rendering import Pair, Runs
from dagconv.ir.workflow import Workflow
from dagconv.prove.occasions import occasions
from dagconv.prove.rendering import Told, is_case

_PAGE = (Page("docs/proof.md", "Fifth: the tasks themselves"),)

RUN_DIFFERS = Rule(
    code="DC740",
    slug="run-differs",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task does something else when the definition is run than when the source is.",
    message="in the run {scenario} the task {what} {after} instead of {before}",
    help="report this as a bug of dagconv, with the DAG file; nothing was written",
    why="Both sides were run task by task under the same stand-ins, and whatever a task does must be the same.",
    example="an output that the definition's task does not push",
    fix="push it in the task itself",
    source=_PAGE,
)
NOT_FINISHED = Rule(
    code="DC741",
    slug="run-not-finished",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The tasks of the DAG could not be run to their end, so that nothing is proved by it.",
    message="the runs of the {side} did not come to their end: {reason}",
    help="raise --timeout, or leave out --prove run: the other proofs run no task",
    why="--prove run asks for a proof, and a run that was cut off proves nothing.",
    example="a task that computes for minutes",
    fix="dag-converter convert dags/etl.py --code-package --prove run --timeout 300 --output definitions/",
    source=_PAGE,
)
NOT_REACHED = Rule(
    code="DC742",
    slug="run-not-reached",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A task never came to some end in any of the runs of the run proof.",
    message="in {runs} runs the task never {what}, so that nothing was compared there",
    help="no step is needed; what the runs do not show rests on the other proofs",
    why="Services are stood in for. A task that needs a real answer fails on both sides, which shows little.",
    example="a task that reads a page of the web",
    fix="Nothing to do.",
    source=_PAGE,
)
NOT_REPEATABLE = Rule(
    code="DC743",
    slug="run-not-repeatable",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A task of the source does something else each time that it is run.",
    message="the task {what} {before} in one run of the source and {after} in the next, so that it was not compared",
    help="no step is needed; what the function does rests on the proof of its code",
    why="What changes from one import to the next, such as a random number, cannot be compared between two.",
    example="TOKEN = secrets.token_hex()  # at import, and returned by the task",
    fix="Nothing to do.",
    source=_PAGE,
)
# Of one DAG; beyond it tasks fail and are skipped in groups.
MAX_ALONE = 12
_LONG = 120
_STATES = {"success": "succeeded", "failed": "failed", "skipped": "was skipped"}
# Fields of a task by which it may start or end otherwise, when they were declared.
_COURSE = frozenset({"trigger_rule", "upstream", "retries", "mode", "soft_fail", "timeout"})
# By which a function or an output travels in a package: no reason to do anything otherwise.
_OF_CODE = frozenset({"DC510", "DC530"})
_NOTHING = "EmptyOperator"


def run_plan(source: Workflow, lowered: Workflow, changes: Sequence[Change], runs: Runs) -> RunPlan:
    """Twelve runs in which every task is left to itself, and further ones in which each fails and is skipped."""
    instances: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for change in changes:
        if change.field == "task_id" and change.task_id is not None and isinstance(change.after, str):
            instances[change.after] += (change.task_id,)
    places = {made: (mapped, index) for mapped, names in instances.items() for index, made in enumerate(names)}
    pairs = tuple(Pair(task.task_id, *places.get(task.task_id, (task.task_id, None))) for task in lowered.tasks)
    free = [Scenario(occasion.name, occasion) for occasion in occasions(runs.schedule)]
    forced = tuple(_forced([pair.task_id for pair in pairs], free[0]))
    return RunPlan(source.dag_id, runs, (*free, *forced), pairs, tuple(instances.items()))


def _forced(tasks: Sequence[str], like: Scenario) -> Iterator[Scenario]:
    groups = [(one,) for one in tasks] if len(tasks) <= MAX_ALONE else [tuple(tasks[n::MAX_ALONE]) for n in range(12)]
    for group in groups:
        yield Scenario(f"in which {_listed(group)} fails", like.occasion, failing=group)
        yield Scenario(f"in which {_listed(group)} is skipped", like.occasion, skipped=group)


def _listed(group: Sequence[str]) -> str:
    return group[0] if len(group) == 1 else f"{group[0]} and {len(group) - 1} more"


def prove_runs(
    workflow: Workflow, lowered: Workflow, plan: RunPlan, told: Told, source: Enactment, written: Enactment
) -> Iterator[Diagnostic]:
    """The first difference of each task; then what no run has reached."""
    unfinished = next((run for side in (source, written) for run in _all(side) if run.state == "unfinished"), None)
    if unfinished is not None:
        yield not_finished(workflow, "tasks", f"{unfinished.task_id} {unfinished.error}")
        return
    changes = told.changes
    found = dict(_differences(lowered, plan, told, source, written))
    for task_id, (scenario, what, before, after) in found.items():
        place = _origin(task_id, changes)
        yield RUN_DIFFERS.at(
            workflow.locate(place, None),
            dag_id=workflow.dag_id,
            task_id=place,
            scenario=scenario,
            what=what,
            before=before,
            after=after,
        )
    if not found:
        yield from _unreached(workflow, lowered, changes, written)


def unrepeatable(
    workflow: Workflow, lowered: Workflow, plan: RunPlan, source: Enactment, again: Enactment
) -> Iterator[Diagnostic]:
    """The tasks of the source that did something else in a second enactment."""
    for task_id, (_, what, before, after) in _differences(lowered, plan, Told(), source, again):
        place = workflow.locate(task_id, None)
        yield NOT_REPEATABLE.at(place, dag_id=workflow.dag_id, task_id=task_id, what=what, before=before, after=after)


def not_finished(workflow: Workflow, side: str, reason: str) -> Diagnostic:
    return NOT_FINISHED.at(workflow.location, dag_id=workflow.dag_id, side=side, reason=reason)


def _all(side: Enactment) -> Iterator[TaskRun]:
    return (task for run in side.runs for task in run.tasks)


def _origin(task_id: str, changes: Sequence[Change]) -> str:
    made = (c.after for c in changes if c.task_id == task_id and c.field == "task_id")
    return str(next(made, task_id))


def _differences(
    lowered: Workflow, plan: RunPlan, told: Told, source: Enactment, written: Enactment
) -> Iterator[tuple[str, tuple[str, str, str, str]]]:
    """Task, and scenario, what it does, before and after."""
    own = [(c.task_id, c) for c in told.changes if c.code not in _OF_CODE and c.task_id is not None]
    fields: dict[str, set[str]] = defaultdict(set)
    for task_id, change in own:
        fields[task_id].add(change.field)
    other = {task_id for task_id, c in own if c.field in _COURSE or str(c.after).endswith(_NOTHING)}
    said: set[str] = set()
    for scenario, one, two in zip(plan.scenarios, source.runs, written.runs, strict=True):
        loose = _after(lowered, other | set(_diverging(lowered, told, scenario)))
        befores = {run.task_id: run for run in one.tasks}
        order = [run.task_id for run in two.tasks if run.task_id in befores]
        kept = [run.task_id for run in one.tasks if run.task_id in set(order)]
        if kept != order and not loose:
            name = next((a for a, b in zip(order, kept, strict=False) if a != b), order[0])
            yield name, (one.scenario, "runs as", ", ".join(kept)[:_LONG], ", ".join(order)[:_LONG])
            return
        for after in two.tasks:
            before = befores.get(after.task_id, TaskRun(after.task_id, "not there"))
            if after.task_id in said or after.task_id in loose:
                continue
            for what, left, right in _of_task(before, after, fields[after.task_id]):
                if left != right:
                    said.add(after.task_id)
                    yield after.task_id, (one.scenario, what, *_around(left, right))
                    break


def _diverging(lowered: Workflow, told: Told, scenario: Scenario) -> Iterator[str]:
    """Tasks whose texts were told to render to something else in this run."""
    here = [one for one in told.divergences if is_case(one.case, scenario.occasion, "")]
    return (task.task_id for task in lowered.tasks if any(one.task_id in (task.task_id, None) for one in here))


def _of_task(before: TaskRun, after: TaskRun, fields: set[str]) -> Iterator[tuple[str, str, str]]:
    yield "ends as", before.state, after.state
    yield "takes tries:", str(before.tries), str(after.tries)
    if "do_xcom_push" not in fields:
        yield (
            "pushes",
            _text(f"{key}={text}" for key, text in before.outputs),
            _text(f"{key}={text}" for key, text in after.outputs),
        )
    if "operator" not in fields:
        yield "does", _text(before.calls), _text(after.calls)
    yield "raises", before.error, after.error


def _text(parts: Iterator[str] | Sequence[str]) -> str:
    return "; ".join(parts) or "nothing"


def _around(one: str, two: str) -> tuple[str, str]:
    """Both texts from shortly before where they part."""
    at = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    start = max(at - _LONG // 2, 0)
    cut = "..." if start else ""
    return cut + one[start : start + _LONG], cut + two[start : start + _LONG]


def _after(lowered: Workflow, tasks: set[str]) -> set[str]:
    """These tasks and all that come after them."""
    found = set(tasks)
    while True:
        more = {task.task_id for task in lowered.tasks if found & set(task.upstream)} - found
        if not more:
            return found
        found |= more


def _unreached(
    workflow: Workflow, lowered: Workflow, changes: Sequence[Change], written: Enactment
) -> Iterator[Diagnostic]:
    states: dict[str, set[str]] = defaultdict(set)
    for run in _all(written):
        states[run.task_id].add(run.state)
    told: set[str] = set()
    for task in lowered.tasks:
        place = _origin(task.task_id, changes)
        missing = [said for state, said in _STATES.items() if state not in states[task.task_id]]
        if missing and place not in told:
            told.add(place)
            yield NOT_REACHED.at(
                workflow.locate(place, None),
                dag_id=workflow.dag_id,
                task_id=place,
                runs=len(written.runs),
                what=" or ".join(missing),
            )
