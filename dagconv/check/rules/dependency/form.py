"""Dependencies are a list of task ids."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Scalar, Sequence, kind_of, kind_words, text_of
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC376",
    slug="dependencies-not-a-list",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The dependencies are not a list of task ids.",
    message="the dependencies of '{task_id}' {found}",
    help="write a list of task ids: [{example}]",
    why=(
        "The loader runs through the value: a bare text is taken letter by letter, and null raises. "
        "Each item must be the id of a task."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    a: {operator: airflow.operators.empty.EmptyOperator}\n"
        "    b: {operator: airflow.operators.empty.EmptyOperator, dependencies: a}\n"
    ),
    fix="Write a list, also for a single id.",
    source=(ContractRule(13), Section("1.2")),
)


def check_form(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    entry = task.node.entry("dependencies")
    if entry is None:
        return
    if not isinstance(entry.value, Sequence):
        example = text_of(entry.value) or "first_task"
        kind = kind_words(kind_of(entry.value))
        found = f"are {kind} instead of a list"
        place = entry.value if isinstance(entry.value, Scalar) and entry.value.text else entry
        yield subject.at(RULE, place, task, "dependencies", found=found, example=example)
        return
    for item in entry.value.items:
        if text_of(item) is None:
            text = item.text if isinstance(item, Scalar) else "first_task"
            found = f"hold {kind_words(kind_of(item))} where a task id belongs"
            yield subject.at(RULE, item, task, "dependencies", found=found, example=f"'{text}'")
