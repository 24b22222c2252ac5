"""Arguments of which the operator needs at least one."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.rules.argument.needed_at_run import is_absent
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Page, Rule, Section, Severity

MISSING = Rule(
    code="DC390",
    slug="argument-one-of-missing",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="None of several arguments is given, of which one is required.",
    message="{operator} needs one of {names}: {reason}",
    help="add one of {names}",
    why="The class raises when the task is created without any of them.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    delete:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3DeleteObjectsOperator\n"
        "      bucket: b\n"
    ),
    fix="Give one of the arguments named.",
    source=(Section("1.1"), Page("schemas/operators/_runtime.json")),
)

AT_RUN = Rule(
    code="DC391",
    slug="argument-one-of-needed-at-run",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="None of several arguments is given, without which the run fails.",
    message="{operator} fails at run time without one of {names}: {reason}",
    help="add one of {names}",
    why=("The class takes them all as optional and raises, or the AWS API does, when the task runs."),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    query:\n"
        "      operator: airflow.providers.amazon.aws.operators.redshift_data.RedshiftDataOperator\n"
        "      database: db\n"
        "      sql: select 1\n"
    ),
    fix="Give one of the arguments named.",
    source=(ContractRule(45), Section("4")),
)


def check_one_of(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    known = task.signature
    for group in known.one_of if known is not None else ():
        if known is None or not all(is_absent(task.argument(name)) for name in group.arguments):
            continue
        names = ", ".join(f"'{name}'" for name in group.arguments)
        place = task.node.entry("operator") or task.key
        rule = AT_RUN if group.at_run else MISSING
        yield subject.at(rule, place, task, group.arguments[0], operator=known.name, names=names, reason=group.reason)
