"""The form of task ids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagconv.check.node import Mapping
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Engine, Rule, Section, Severity

RULE = Rule(
    code="DC351",
    slug="task-id-pattern",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task id has a character that the service does not take, is not text, or is a word of the loader.",
    message="the task id '{task_id}' {found}",
    help="{advice}",
    why=(
        "Ids may hold letters, digits, dot, hyphen and underscore, and Airflow takes at most 250 "
        "characters. An unquoted 1 or on is a number or a boolean, over which the loader raises. A task named "
        "`__type__`, `__args__` or `__join__` makes the loader build an object of all tasks."
    ),
    example=("my_dag:\n  tasks:\n    copy files: {operator: airflow.operators.empty.EmptyOperator}\n"),
    fix=("Rename the task, in the dependencies and in templates too; put an id that looks like a number in quotes."),
    source=(ContractRule(2), Section("1.2"), Engine("airflow.sdk.definitions._internal.node", "validate_key")),
)


_MAX_LENGTH = 250


def check_task_id(subject: Subject) -> Iterator[Diagnostic]:
    tasks = subject.dag.get("tasks")
    if not isinstance(tasks, Mapping):
        return
    for entry in tasks.entries:
        task_id = entry.key.text
        if not isinstance(entry.key.value, str):
            advice = f"put it in quotes: '{task_id}'"
            yield subject.at(RULE, entry, task_id, found="is not text: YAML reads it as another type", advice=advice)
        elif task_id in subject.service.reserved_yaml_keys:
            proposed = task_id.strip("_")
            found = "is a word that the loader takes for its own"
            yield subject.at(RULE, entry, task_id, found=found, advice=f"rename it, for example to '{proposed}'")
        elif not re.fullmatch(subject.service.patterns.task_id, task_id):
            proposed = re.sub(r"[^a-zA-Z0-9._-]+", "_", task_id).strip("_") or "my_task"
            found = "has characters other than letters, digits, '.', '-' and '_'"
            yield subject.at(RULE, entry, task_id, found=found, advice=f"rename it, for example to '{proposed}'")
        elif len(task_id) > _MAX_LENGTH:
            found = f"has {len(task_id)} characters, above Airflow's limit of {_MAX_LENGTH}"
            yield subject.at(RULE, entry, task_id, found=found, advice="shorten it")
