"""The arguments of every AWS operator that the service drops: connection, Region, verify, botocore_config."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Scalar, shown
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC628",
    slug="aws-attribute-dropped",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The service drops the connection or Region of an AWS task.",
    message="{key}: {found} is dropped by the service{reason}",
    help="{advice}",
    why=(
        "Tasks run with the workflow's execution role in the workflow's Region; the four common "
        "arguments of AWS operators are taken away before the task is made."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: my-bucket\n"
        "      aws_conn_id: other_account\n"
    ),
    fix=("Give the execution role the rights, and create the workflow in the Region that the task needs."),
    source=(ContractRule(38), Section("4")),
)


_REASONS = {
    "aws_conn_id": (
        ": the task uses the workflow's execution role",
        "give the execution role the rights that the connection had",
    ),
    "region_name": (
        ": the task runs in the workflow's Region",
        "create the workflow in that Region, or remove the argument if it is the same",
    ),
}
_OTHERS = ("", "remove it")


def check_aws_attribute(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    if task.known is None:
        return
    for name in subject.service.dropped_aws_keys:
        entry = task.node.entry(name)
        if entry is None or task.known.parameters.get(name) is None:
            continue
        value = entry.value.value if isinstance(entry.value, Scalar) else entry.value
        if value is None or (name == "aws_conn_id" and value == "aws_default"):
            continue
        reason, advice = _REASONS.get(name, _OTHERS)
        yield subject.at(RULE, entry, task, name, found=shown(entry.value), reason=reason, advice=advice)
