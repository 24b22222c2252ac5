"""Base classes, which cannot run."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.operators import Status
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC358",
    slug="operator-abstract",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The operator is a base class, which does nothing itself.",
    message="'{operator}' is a base class and cannot run",
    help="write one of the classes built on it",
    why=("Base classes stand on the published lists, but executing one raises NotImplementedError or fails to build."),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    step:\n"
        "      operator: airflow.providers.amazon.aws.operators.sagemaker.SageMakerBaseOperator\n"
    ),
    fix="Use a class derived from it.",
    source=(ContractRule(6), Section("2")),
)


def check_abstract(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    if task.known is not None and task.known.status is Status.ABSTRACT:
        place = task.class_place
        yield subject.at(RULE, place, task, "operator", operator=task.operator)
