"""Classes of the pre-installed Amazon provider that are on no list."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.operators import Status
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC360",
    slug="operator-unlisted",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The class is in the pre-installed Amazon provider but on no list of the service.",
    message="'{operator}' is in the Amazon provider, but on no list of the service",
    help="put a thin subclass of it into the code package and name that instead",
    why=(
        "What the service does with a pre-installed class that it does not list is not documented. Own "
        "operators in the code package are."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    read:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ReadObjectOperator\n"
        "      s3_key: k\n"
    ),
    fix="Use a listed class, or an own subclass from the code package.",
    source=(ContractRule(7), Section("2")),
)


def check_unlisted(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    amazon = task.operator is not None and task.operator.startswith("airflow.providers.amazon.")
    if amazon and task.known is not None and task.known.status is Status.UNLISTED:
        place = task.class_place
        yield subject.at(RULE, place, task, "operator", operator=task.operator)
