"""Arguments without which the operator cannot be built."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Page, Rule, Section, Severity

RULE = Rule(
    code="DC366",
    slug="argument-missing",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A required argument is missing.",
    message="{operator} needs '{key}', which the task '{task_id}' does not give",
    help="add '{key}'{summary}",
    why='Creating the task fails with "missing keyword argument".',
    example=("my_dag:\n  tasks:\n    list: {operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator}\n"),
    fix="Give the argument.",
    source=(ContractRule(13), Section("1.1"), Page("schemas/operators/_index.json")),
)


def check_missing(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    known = task.signature
    if known is None:
        return
    for name in known.required:
        if subject.effective(task, name) is not None:
            continue
        summary = known.parameters[name].summary
        summary = f": {summary}" if summary else ""
        place = task.node.entry("operator") or task.key
        yield subject.at(RULE, place, task, name, operator=known.name, summary=summary)
