"""Keys that other formats and older releases use on tasks; here they fail or do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC353",
    slug="foreign-task-key",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task has a key of another format or of an older release.",
    message="the task '{task_id}' has '{key}', which is no key of this format",
    help="{advice}",
    why=(
        "Everything but `operator` and `dependencies` is handed to the operator, which refuses "
        "arguments it does not have. Mapped, decorated and grouped tasks do not exist on the service."
    ),
    example=(
        "my_dag:\n  tasks:\n    copy:\n      operator: airflow.operators.empty.EmptyOperator\n      depends_on: []\n"
    ),
    fix="Use the key named in the help line.",
    source=(ContractRule(13), ContractRule(14), ContractRule(15), ContractRule(53), Section("1.2")),
)


def check_misread_key(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    for entry in task.node.entries:
        name = entry.key.text
        misread = subject.service.task_keys_misread.get(name)
        if misread is None or (task.known is not None and name in task.known.parameters and name != "task_group"):
            continue
        advice = f"write '{misread.instead}' instead" if misread.instead else misread.fact.note or "remove it"
        yield subject.at(RULE, entry, task, name, advice=advice)
