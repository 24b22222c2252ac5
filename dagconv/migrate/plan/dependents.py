"""Who breaks when a DAG leaves the old environment and the DAGs that hang together with it stay; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dagconv.deploy.definition import Definition
from dagconv.deploy.links import Link, Tie, links_in
from dagconv.diagnostics import Diagnostic, Effect, Page, Rule, Severity
from dagconv.migrate.survey.inventory import Surveyed

DEPENDENTS = Rule(
    code="DC840",
    slug="dag-has-dependents",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="Other DAGs of the environment depend on a DAG that is migrated.",
    message='DAG "{dag_id}" has dependents, whom its cutover breaks unless they move with it: {dependents}',
    help="Cut them over together, or give them another way to start first; `cutover --break-dependents` goes on.",
    why="Sensors, triggers and assets reach across DAGs of one environment only: a DAG that stays waits for ever.",
    example="ExternalTaskSensor(task_id='wait', external_dag_id='etl') in a DAG that is refused",
    fix="Start the dependent by an EventBridge rule, or by MwaaServerlessStartWorkflowRunOperator.",
    source=(Page("docs/migration.md", "4. Cut over"),),
)
UNTOLD = Rule(
    code="DC841",
    slug="dependence-cannot-be-told",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="Only a run knows on which other DAG a DAG depends.",
    message='on which DAG "{dag_id}" depends cannot be told: {hows}',
    help="Look up what it names, and cut that DAG over when nothing waits for it any more.",
    why="The id is computed or rendered when the task runs, or its file could not be read.",
    example="TriggerDagRunOperator(task_id='go', trigger_dag_id='{{ params.target }}')",
    fix="Write the DAG id as a plain text.",
    source=(Page("docs/migration.md", "4. Cut over"),),
)


@dataclass(frozen=True, slots=True)
class Dependent:
    """DAG `dag_id` breaks when `on` is cut over and it stays behind; `on` is empty where it cannot be told.

    `how` says why, after the name of the DAG.
    """

    on: str
    dag_id: str
    how: str


def find_dependents(definitions: Sequence[Definition], surveyed: Iterable[Surveyed]) -> tuple[Dependent, ...]:
    """Over all DAG files, refused ones too, of those that could be had; sorted."""
    ties = [(d.dag_id, link) for d in definitions for link in d.links]
    unread = {d.source: d.dag_id for d in definitions if d.unread}
    for place in surveyed:
        for file, text in place.broken.items():
            ties += [(unread.get(file, file), link) for link in links_in(text)]
    writers = [(dag_id, link) for dag_id, link in ties if link.tie is Tie.WRITES]
    found = {dependent for dag_id, link in ties for dependent in _dependents(dag_id, link, writers)}
    return tuple(sorted((d for d in found if d.on != d.dag_id), key=lambda d: (d.on, d.dag_id, d.how)))


def check_dependents(dependents: Sequence[Dependent], moving: Iterable[str]) -> Iterator[Diagnostic]:
    """`moving` are the DAGs that get a workflow."""
    for dag_id in sorted(moving):
        if those := [d for d in dependents if d.on == dag_id]:
            yield DEPENDENTS.at(None, dag_id=dag_id, dependents="; ".join(f"{d.dag_id} {d.how}" for d in those))
    for dag_id in sorted({d.dag_id for d in dependents if not d.on}):
        hows = "; ".join(d.how for d in dependents if not d.on and d.dag_id == dag_id)
        yield UNTOLD.at(None, dag_id=dag_id, hows=hows)


def _dependents(dag_id: str, link: Link, writers: Sequence[tuple[str, Link]]) -> Iterator[Dependent]:
    task = f"in task {link.task}" if link.task else "in a file that could not be read"
    match link.tie:
        case Tie.WAITS:
            yield Dependent(link.target, dag_id, f"waits for its runs ({task})" if link.target else f"waits {task}")
        case Tie.STARTS:
            yield Dependent(link.target, dag_id, f"starts it ({task})" if link.target else f"starts one {task}")
            if link.target:
                yield Dependent(dag_id, link.target, f"is started by it ({task})")
        case Tie.READS:
            if not link.target:
                yield Dependent("", dag_id, "runs by assets that have no address")
            for writer, written in writers:
                if written.target == link.target and link.target:
                    yield Dependent(writer, dag_id, f"runs when it has written {link.target} (in task {written.task})")
        case Tie.WRITES:
            pass
