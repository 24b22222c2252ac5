"""Values that are none of the words an argument takes."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Scalar
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import Diagnostic, Effect, Page, Rule, Section, Severity

RULE = Rule(
    code="DC370",
    slug="argument-choice",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An argument's value is none of those that the operator takes.",
    message="'{key}' of {operator} takes no '{found}'{hint}",
    help="write one of {choices}",
    why="The class or the AWS API behind it knows these words only and raises on others.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    wait:\n"
        "      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor\n"
        "      bucket_key: s3://b/k\n"
        "      mode: polling\n"
    ),
    fix="Write one of the words listed.",
    source=(Section("4"), Page("schemas/operators/_index.json")),
)


def check_choice(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    for known, entry, parameter in task.known_arguments():
        name, node = entry.key.text, entry.value
        if not parameter.choices or not isinstance(node, Scalar) or name == "trigger_rule":
            continue
        if node.value in parameter.choices or (node.value is None and "null" in parameter.types) or "{{" in node.text:
            continue
        words = [str(choice) for choice in parameter.choices]
        hint = subject.suggest(node.text, words)
        yield subject.at(
            RULE, node, task, name, operator=known.name, found=node.text or "null", hint=hint, choices=", ".join(words)
        )
