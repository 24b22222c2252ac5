"""Paths of classes that have moved to another module."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC361",
    slug="operator-moved",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The class has moved; the service lists it under its present path only.",
    message="'{operator}' is an old path of {canonical}",
    help="write {canonical}",
    why=("The service compares the text with its list, and old modules are gone from the provider that it runs."),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    sense:\n"
        "      operator: airflow.providers.amazon.aws.sensors.s3_key.S3KeySensor\n"
        "      bucket_key: k\n"
    ),
    fix="Write the present path; `validate --fix` does.",
    source=(ContractRule(3), Section("1.2"), Section("2")),
)


def check_moved(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    if not task.operator:
        return
    canonical = subject.operators.canonical(task.operator)
    if canonical != task.operator and subject.operators.find(task.operator) is None:
        place = task.class_place
        yield subject.at(RULE, place, task, "operator", operator=task.operator, canonical=canonical)
