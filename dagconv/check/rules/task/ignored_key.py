"""Task arguments that the service ignores and whose loss changes no run."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.harmless import is_harmless
from dagconv.check.rules.task.ignored_setting import TEXT_KINDS
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC627",
    slug="ignored-task-key",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The service ignores arguments of a task; no run changes by that.",
    message="the service ignores {names} of '{task_id}'; no run changes by that",
    help="they may be left out; 'validate --fix' removes them",
    why=("The service accepts them and names them in the response's Warnings as ignored attributes."),
    example=("my_dag:\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator, owner: data-team}}\n"),
    fix="Leave them out.",
    source=(ContractRule(10), Section("4")),
)


def check_ignored_key(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    found = []
    for entry in task.node.entries:
        name = entry.key.text
        ignored = subject.service.ignored_task_keys.get(name)
        own = task.known.parameters.get(name) if task.known else None
        if ignored is None or (own is not None and own.level == "class" and name != "deferrable"):
            continue
        if ignored.kind in TEXT_KINDS or is_harmless(name, entry.value):
            found.append(entry)
    if found:
        names = ", ".join(entry.key.text for entry in found)
        yield subject.at(RULE, found[0], task, found[0].key.text, related=tuple(found[1:]), names=names)
