"""Classes that only AWS's converter lists."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.operators import Status
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC359",
    slug="operator-unconfirmed",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="Only AWS's converter lists this class; the service's documentation does not.",
    message="'{operator}' stands on no documented list, only in AWS's converter",
    help="create the workflow once by hand to see whether the service takes it",
    why=(
        "The documentation of the service does not list these classes, transfers among them, and AWS's "
        "guides call some of them unsupported."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    copy:\n"
        "      operator: airflow.providers.amazon.aws.transfers.s3_to_redshift.S3ToRedshiftOperator\n"
        "      s3_bucket: b\n"
        "      table: t\n"
    ),
    fix="Try the workflow on the service, or use a documented operator.",
    source=(ContractRule(5), Section("2")),
)


def check_unconfirmed(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    if task.known is not None and task.known.status is Status.UNCONFIRMED:
        place = task.class_place
        yield subject.at(RULE, place, task, "operator", operator=task.operator)
