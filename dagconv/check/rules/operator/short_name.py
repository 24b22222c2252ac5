"""Operators named without their module."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC355",
    slug="operator-short-name",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An operator is named without its module.",
    message="'{operator}' is not the full path of a class",
    help="{advice}",
    why="The service rejects short names, though AWS's concept page shows one.",
    example=("my_dag:\n  tasks:\n    list: {operator: S3ListOperator, bucket: my-bucket}\n"),
    fix="Write the full path of the class.",
    source=(ContractRule(3), Section("1.2")),
)


def check_short_name(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    if task.operator and "." not in task.operator:
        same_name = [path for path in subject.operators.paths() if path.rpartition(".")[2] == task.operator]
        near = tuple(same_name[:1]) or subject.nearest_operators(task.operator, 1)
        advice = f"write {near[0]}" if near else "write the full path of the class, module and name"
        yield subject.at(RULE, task.class_place, task, "operator", operator=task.operator, advice=advice)
