"""Template marks where nothing renders them."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.subject import Subject
from dagconv.check.templates import is_rendered, marked_texts
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC479",
    slug="jinja-not-rendered",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A template stands in an argument that is not rendered.",
    message="'{key}'{operator} is not rendered, so the template stays text",
    help="move the template to an argument that is rendered: {fields}",
    why=("Airflow renders an operator's template fields only. Anywhere else the braces reach the AWS API as they are."),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    wait:\n"
        "      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor\n"
        "      bucket_key: s3://b/k\n"
        '      metadata_keys: ["{{ ds }}"]\n'
    ),
    fix="Write the plain value, or use an argument that is rendered.",
    source=(ContractRule(39), Section("5")),
)


def check_not_rendered(subject: Subject) -> Iterator[Diagnostic]:
    params = subject.dag.get("params")
    for node in marked_texts(params) if params is not None else ():
        yield subject.at(RULE, node, key="params", operator=" of the DAG", fields="those of a task")
    for task in subject.tasks:
        for known, entry, _ in task.known_arguments():
            name = entry.key.text
            if is_rendered(task, name) or name in subject.service.ignored_task_keys:
                continue
            for node in marked_texts(entry.value):
                fields = ", ".join(known.rendered) or "none"
                yield subject.at(RULE, node, task, name, operator=f" of {known.name}", fields=fields)
