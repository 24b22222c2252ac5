"""Dependencies name tasks of the same definition, each once."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Sequence, text_of
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Engine, Rule, Section, Severity

UNKNOWN = Rule(
    code="DC377",
    slug="dependency-unknown",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A dependency names no task of this definition.",
    message="'{task_id}' depends on '{found}', which is no task of this DAG{hint}",
    help="correct the id, or remove it",
    why="The loader looks the id up among the tasks and raises KeyError.",
    example=("my_dag:\n  tasks:\n    b: {operator: airflow.operators.empty.EmptyOperator, dependencies: [a]}\n"),
    fix="Correct the id, or remove it.",
    source=(ContractRule(13), Section("1.2")),
)

ITSELF = Rule(
    code="DC378",
    slug="dependency-itself",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task depends on itself.",
    message="'{task_id}' depends on itself",
    help="remove it from its own dependencies",
    why="The loader refuses a cycle, and this is the shortest one.",
    example=("my_dag:\n  tasks:\n    a: {operator: airflow.operators.empty.EmptyOperator, dependencies: [a]}\n"),
    fix="Remove the id from the task's own dependencies.",
    source=(ContractRule(13), Section("1.2")),
)

REPEATED = Rule(
    code="DC379",
    slug="dependency-repeated",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A dependency is named twice.",
    message="'{task_id}' names its dependency '{found}' twice",
    help="remove one of the two",
    why="The loader takes it once; two mentions often mean that another id was meant.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    a: {operator: airflow.operators.empty.EmptyOperator}\n"
        "    b: {operator: airflow.operators.empty.EmptyOperator, dependencies: [a, a]}\n"
    ),
    fix="Remove one of the two.",
    source=(Engine("dagfactory.dagbuilder", "DagBuilder.set_dependencies"),),
)


def check_target(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    found = task.argument("dependencies")
    if not isinstance(found, Sequence):
        return
    seen: set[str] = set()
    for item in found.items:
        name = text_of(item)
        if name is None:
            continue
        if name in seen:
            yield subject.at(REPEATED, item, task, "dependencies", found=name)
        elif name == task.task_id:
            yield subject.at(ITSELF, item, task, "dependencies")
        elif name not in subject.task_ids:
            hint = subject.suggest(name, subject.task_ids)
            yield subject.at(UNKNOWN, item, task, "dependencies", found=name, hint=hint)
        seen.add(name)
