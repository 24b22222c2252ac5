"""The proof of code: what Python made of each task's function in the source and in the package must be the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity
from dagconv.ir.change import Change
from dagconv.ir.code import TOO_MUCH, UNSETTLED, Testified
from dagconv.ir.workflow import Workflow

CODE_DIFFERS = Rule(
    code="DC708",
    slug="packaged-code-differs",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A function or class of the code package is not what the source's is.",
    message="the {what} of the task is another in the package than in the source, at {place}: {how}",
    help="let {place} depend on nothing but the statements that bind it and those that change it by its name",
    why="The package holds the statements that a function needs. If Python makes something else of them there, a "
    "statement that was left out had a hand in it.",
    example="CONFIG = {}\nfill()  # changes CONFIG and makes tasks too",
    fix="CONFIG = read_config()",
    source=(ContractRule(46), Section("3.2")),
)
PROCESS_DIFFERS = Rule(
    code="DC709",
    slug="packaged-import-differs",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Importing the code package changes the process otherwise than importing the source does.",
    message="importing the source sets {place} to {before}, importing the package {after}",
    help="set it in a statement of its own that makes no task, or in the functions that need it",
    why="Airflow's worker imports the DAG file before each task, so that what it does to the process is there.",
    example="with DAG('etl') as dag:\n    dag = prepare(dag)  # sets os.environ too",
    fix="os.environ['REGION'] = 'eu-west-1'",
    source=(ContractRule(46), Section("3.2")),
)
# How much of a place is shown; the root of a function is "it".
_LONG = 80


def prove_code(
    workflow: Workflow, source: Testified, package: Testified, changes: Sequence[Change]
) -> Iterator[Diagnostic]:
    """`package` testifies to every function that the package carries; the source may have more. By `changes` an
    instance of a mapped task is known as made from that task."""
    origins = {change.task_id: change.after for change in changes if change.field == "task_id"}
    for what, key, one, two in (
        ("function", "python_callable", source.callables, package.callables),
        ("class", None, source.classes, package.classes),
    ):
        for task_id, facts in two.items():
            found = _difference(one.get(str(origins.get(task_id, task_id)), {}), facts)
            if found is not None:
                place, how = found
                shown = place.removeprefix("it").lstrip("/.") or f"the {what} itself"
                at, dag_id = workflow.locate(task_id, key), workflow.dag_id
                shown = shown[-_LONG:]
                yield CODE_DIFFERS.at(at, dag_id=dag_id, task_id=task_id, key=key, what=what, place=shown, how=how)
    for name in sorted(source.process.keys() | package.process.keys()):
        before, after = source.process.get(name), package.process.get(name)
        if before != after and before != UNSETTLED:
            yield PROCESS_DIFFERS.at(
                workflow.location,
                dag_id=workflow.dag_id,
                place=name,
                before=before or "nothing else",
                after=after or "does not",
            )


def _difference(source: Mapping[str, str], package: Mapping[str, str]) -> tuple[str, str] | None:
    """The first place that differs; what is under one that each import makes anew is made anew too."""
    if TOO_MUCH in source or TOO_MUCH in package:
        return TOO_MUCH, "there is more of it than is compared"
    loose = tuple(place for place, fact in source.items() if fact == UNSETTLED)
    for place in (*package, *source):
        if place.startswith(loose) and loose:
            if place not in source or place not in package:
                continue
            if source[place] == UNSETTLED:
                continue
        if place not in package:
            return place, "it is missing there"
        if place not in source:
            return place, "it is there only"
        if source[place] != package[place]:
            return place, "they are not equal"
    if not package:
        return "it", "nothing is known of it"
    return None
