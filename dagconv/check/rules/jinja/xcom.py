"""xcom_pull from tasks that are not there, do not come before, return nothing, or belong to another DAG."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.subject import Subject, TaskNode
from dagconv.check.templates import Use, place_of, templates
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity
from dagconv.ir.graph import ancestors
from dagconv.language.jinja import XComPull

UNKNOWN = Rule(
    code="DC481",
    slug="xcom-pull-unknown-task",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A template pulls the result of a task that does not exist.",
    message="xcom_pull names '{found}', which is no task of this DAG{hint}: the value is None",
    help="correct the task id",
    why=('Pulling from a task that does not exist gives None, and the text "None" goes to the AWS API.'),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: \"{{ ti.xcom_pull(task_ids='make') }}\"\n"
    ),
    fix="Correct the task id.",
    source=(ContractRule(44), Section("5")),
)

NOT_UPSTREAM = Rule(
    code="DC482",
    slug="xcom-pull-not-upstream",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A template pulls the result of a task that does not come before.",
    message="xcom_pull names '{found}', which '{task_id}' does not wait for",
    help="add '{found}' to the dependencies",
    why="Without a dependency the other task may not have run yet, and then the value is None.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    make:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: b\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: \"{{ ti.xcom_pull(task_ids='make') }}\"\n"
    ),
    fix="Add the task to the dependencies.",
    source=(ContractRule(44), Section("5")),
)

NOTHING = Rule(
    code="DC483",
    slug="xcom-pull-returns-nothing",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A template pulls the result of an operator that returns nothing.",
    message="xcom_pull names '{found}', but {operator} returns nothing: the value is None",
    help="read what is needed from a task that returns it, or write it out",
    why="Tried on the service, the operator pushes no result.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    start: {operator: airflow.operators.empty.EmptyOperator}\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: \"{{ ti.xcom_pull(task_ids='start') }}\"\n"
        "      dependencies: [start]\n"
    ),
    fix="Take the value from elsewhere.",
    source=(ContractRule(44), Section("5")),
)


# Operators known to return nothing (contract 5; EmptyOperator does nothing at all).
_SILENT = frozenset({"CloudFormationCreateStackOperator", "CloudFormationDeleteStackOperator", "EmptyOperator"})


OTHER_DAG = Rule(
    code="DC494",
    slug="xcom-pull-of-another-dag",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A template pulls the result of a task of another DAG.",
    message="xcom_pull names the DAG '{found}': nothing says that results of another workflow can be read",
    help="hand the value over in S3 or Parameter Store, or as override parameters of the other workflow's run",
    why="Each workflow of the service runs by itself, and its documentation knows results within one workflow only.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: \"{{ ti.xcom_pull(task_ids='make', dag_id='other') }}\"\n"
    ),
    fix="Read the value from where the other workflow stores it.",
    source=(ContractRule(44), Section("5")),
)


def check_xcom(subject: Subject) -> Iterator[Diagnostic]:
    for use, template in templates(subject):
        seen: set[tuple[str, str | None]] = set()
        for pull in template.xcom_pulls:
            if pull.dag_id is not None and pull.dag_id != subject.dag_id:
                place = place_of(subject, use.node, pull.dag_id, pull.reference.start)
                yield subject.at(OTHER_DAG, place, use.task, use.key, found=pull.dag_id)
                continue
            if pull.dynamic:
                continue
            for name in pull.task_ids or ():
                if (name, pull.key) not in seen:
                    seen.add((name, pull.key))
                    yield from _check(subject, use, pull, name)


def _check(subject: Subject, use: Use, pull: XComPull, name: str) -> Iterator[Diagnostic]:
    place = place_of(subject, use.node, name, pull.reference.start)
    if name not in subject.task_ids:
        hint = subject.suggest(name, subject.task_ids)
        yield subject.at(UNKNOWN, place, use.task, use.key, found=name, hint=hint)
    elif not _comes_before(subject, name, use.task):
        yield subject.at(NOT_UPSTREAM, place, use.task, use.key, found=name)
    elif (operator := _silent(subject, name)) is not None and pull.key == "return_value":
        yield subject.at(NOTHING, place, use.task, use.key, found=name, operator=operator)


def _comes_before(subject: Subject, name: str, task: TaskNode) -> bool:
    """Whether a task has run when the other does; its own result is that of the attempt before."""
    return name == task.task_id or name in task.upstream or name in ancestors(subject.upstream, task.task_id)


def _silent(subject: Subject, task_id: str) -> str | None:
    found = subject.by_id.get(task_id)
    name = found.known.name if found is not None and found.known is not None else None
    return name if name in _SILENT else None
