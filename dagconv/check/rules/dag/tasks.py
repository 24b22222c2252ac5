"""Tasks are a mapping keyed by task id, and there is at least one."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Mapping, Sequence, kind_of, kind_words
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC262",
    slug="tasks-not-a-mapping",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The tasks are missing, or are not a mapping.",
    message="{found}",
    help="{advice}",
    why=(
        'The service wants a mapping keyed by task id and answers a list with "Invalid tasks '
        'configuration.", although dag-factory itself would load one. A workflow without tasks does '
        "nothing."
    ),
    example=("my_dag:\n  tasks:\n    - task_id: copy\n      operator: airflow.operators.empty.EmptyOperator\n"),
    fix="Write each task as `task_id:` with its keys below; `validate --fix` rewrites a list.",
    source=(ContractRule(2), Section("1.2")),
)


def check_tasks(subject: Subject) -> Iterator[Diagnostic]:
    entry = subject.dag.entry("tasks")
    if entry is None:
        found = f"the DAG '{subject.dag_id}' has no 'tasks'"
        yield subject.at(RULE, subject.key, key="tasks", found=found, advice="add a mapping of tasks, keyed by task id")
        return
    value = entry.value
    if isinstance(value, Sequence):
        advice = "write each task as 'task_id:' with its keys below"
        yield subject.at(RULE, entry, key="tasks", found="the tasks are a list instead of a mapping", advice=advice)
    elif not isinstance(value, Mapping):
        found = f"the tasks are {kind_words(kind_of(value))} instead of a mapping"
        yield subject.at(RULE, entry, key="tasks", found=found, advice="write a mapping of tasks, keyed by task id")
    elif not value.entries:
        found = "there are no tasks"
        yield subject.at(RULE, entry, key="tasks", found=found, advice="add at least one task")
