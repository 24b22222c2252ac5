"""Arguments of which the operator takes only one."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import is_null
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import Diagnostic, Effect, Page, Rule, Section, Severity

RULE = Rule(
    code="DC368",
    slug="arguments-exclusive",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Two arguments exclude one another.",
    message="{operator} takes only one of {names}",
    help="remove all but one",
    why="The class raises when more than one of them is given.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    delete:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3DeleteObjectsOperator\n"
        "      bucket: my-bucket\n"
        "      keys: a.csv\n"
        "      prefix: tmp/\n"
    ),
    fix="Remove all but one.",
    source=(Section("1.1"), Page("schemas/operators/_runtime.json")),
)


def check_exclusive(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    known = task.signature
    if known is None:
        return
    for names in known.exclusive:
        given = [entry for entry in task.node.entries if entry.key.text in names and not is_null(entry.value)]
        if len(given) > 1:
            shown = ", ".join(f"'{entry.key.text}'" for entry in given)
            yield subject.at(
                RULE, given[1], task, given[1].key.text, related=(given[0],), operator=known.name, names=shown
            )
