"""Tasks that wait for one another in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity
from dagconv.ir.graph import find_cycle

RULE = Rule(
    code="DC380",
    slug="dependency-cycle",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Tasks wait for one another in a circle.",
    message="the dependencies form a cycle: {path}",
    help="remove one of these dependencies",
    why='None of the tasks could ever start; the loader raises "Cycle detected".',
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    a: {operator: airflow.operators.empty.EmptyOperator, dependencies: [b]}\n"
        "    b: {operator: airflow.operators.empty.EmptyOperator, dependencies: [a]}\n"
    ),
    fix="Remove one of the dependencies named.",
    source=(ContractRule(13), Section("1.2")),
)


def check_cycle(subject: Subject) -> Iterator[Diagnostic]:
    upstream = {name: tuple(up for up in ups if up != name) for name, ups in subject.upstream.items()}
    cycle = find_cycle(upstream)
    if cycle is None:
        return
    on_it = [task for task in subject.tasks if task.task_id in cycle]
    places = [task.node.entry("dependencies") or task.key for task in on_it]
    path = " -> ".join(cycle)
    yield subject.at(RULE, places[0], on_it[0], "dependencies", related=tuple(places[1:]), path=path)
