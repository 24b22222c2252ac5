"""Each task names the class of its operator."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Scalar, kind_of, kind_words
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC354",
    slug="operator-missing",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task names no operator class.",
    message="the task '{task_id}' {found}",
    help=("write the full path of the class, such as airflow.providers.amazon.aws.operators.s3.S3ListOperator"),
    why="Without the path of a class there is nothing that the task could run.",
    example=("my_dag:\n  tasks:\n    copy: {bucket: my-bucket}\n"),
    fix="Write `operator:` with the full path of the class.",
    source=(ContractRule(3), Section("1.2")),
)


def check_missing(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    entry = task.node.entry("operator")
    if entry is None:
        if task.node.entry("decorator") is None:  # said by rule foreign-task-key
            yield subject.at(RULE, task.key, task, "operator", found="has no 'operator'")
    elif not task.operator:
        value = entry.value
        empty = isinstance(value, Scalar) and not value.text
        found = "has an empty 'operator'" if empty else f"has {kind_words(kind_of(value))} as its operator"
        yield subject.at(RULE, entry, task, "operator", found=found)
