"""Paths that lists name though no release of the provider holds such a class."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.operators import Status
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC357",
    slug="operator-phantom",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The class stands on a published list but exists in no release.",
    message="'{operator}' stands on a published list, but no release of the provider has it",
    help="{advice}",
    why=(
        "AWS's converter and its CI/CD documents name some classes that were never released. A "
        "definition with one passes their check and cannot run."
    ),
    example=(
        "my_dag:\n  tasks:\n    crawl: {operator: airflow.providers.amazon.aws.operators.glue.GlueCrawlerOperator}\n"
    ),
    fix="Use the class that really exists.",
    source=(ContractRule(4), Section("2")),
)


def check_phantom(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    if task.known is not None and task.known.status is Status.PHANTOM:
        near = [path for path in subject.nearest_operators(task.operator or "") if path != task.operator]
        advice = f"write {near[0]}" if near else "use another operator"
        place = task.class_place
        yield subject.at(RULE, place, task, "operator", operator=task.operator, advice=advice)
