"""Arguments that the operator does not have."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Page, Rule, Section, Severity

RULE = Rule(
    code="DC365",
    slug="argument-unknown",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The operator has no argument of this name.",
    message="{operator} has no argument '{key}'{hint}",
    help="remove it, or correct its name; 'dag-converter operators {operator}' shows all",
    why=(
        "Everything on a task but `operator` and `dependencies` is handed to the class, which raises "
        '"Invalid arguments were passed".'
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket_name: my-bucket\n"
    ),
    fix="Remove the argument, or correct its name.",
    source=(ContractRule(13), Section("1.1"), Section("4"), Page("schemas/operators/_index.json")),
)


def check_unknown(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    known = task.signature
    if known is None:
        return
    parameters = known.parameters
    for entry in task.node.entries:
        name = entry.key.text
        if name in parameters or name == "task_id" or name in subject.service.task_structure_keys:
            continue
        if name in subject.service.task_keys_misread or name in subject.service.reserved_yaml_keys:
            continue  # rules of their own
        yield subject.at(RULE, entry, task, name, operator=known.name, hint=subject.suggest(name, parameters))
