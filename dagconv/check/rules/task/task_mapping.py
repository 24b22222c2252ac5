"""A task is a mapping with an operator and its arguments."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Mapping, kind_of, kind_words
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC350",
    slug="task-not-a-mapping",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task is not a mapping.",
    message="the task '{task_id}' is {found} instead of a mapping",
    help="write its operator and arguments below its id",
    why=("The loader expects a mapping with an operator below each task id and fails on anything else."),
    example=("my_dag:\n  tasks:\n    copy: airflow.operators.empty.EmptyOperator\n"),
    fix="Write `operator:` and the arguments below the task id.",
    source=(ContractRule(2), Section("1.2")),
)


def check_task_mapping(subject: Subject) -> Iterator[Diagnostic]:
    tasks = subject.dag.get("tasks")
    if not isinstance(tasks, Mapping):
        return
    for entry in tasks.entries:
        if not isinstance(entry.value, Mapping):
            found = kind_words(kind_of(entry.value))
            yield subject.at(RULE, entry, entry.key.text, found=found)
