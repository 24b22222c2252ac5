"""Paths below the Amazon provider that no release holds."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC356",
    slug="operator-unknown",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The class does not exist in the Amazon provider of the service.",
    message="there is no '{operator}' in the Amazon provider {version}{hint}",
    help="{advice}",
    why=(
        "The service offers the classes of the pre-installed Amazon provider; a path that it does not "
        "have cannot be imported."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListsOperator\n"
        "      bucket: my-bucket\n"
    ),
    fix="Write the path of an existing class; `dag-converter operators WORD` searches them.",
    source=(ContractRule(4), Section("2")),
)

# How alike a path outside of Airflow must be to one of the provider's to be taken for a misspelt one.
_ALIKE = 0.9


def check_unknown(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    operator = task.operator
    if not operator or task.known is not None or not is_meant_for_amazon(subject, operator):
        return
    near = subject.nearest_operators(operator)
    hint = f" (did you mean {near[0].rpartition('.')[2]}?)" if near else ""
    advice = f"write {near[0]}" if near else "look it up with 'dag-converter operators'"
    version = subject.service.engine.get("amazon_provider", "")
    place = task.class_place
    yield subject.at(RULE, place, task, "operator", operator=operator, version=version, hint=hint, advice=advice)


def is_meant_for_amazon(subject: Subject, operator: str) -> bool:
    """Whether a path that is not in the catalogue names, or misspells, a class of the Amazon provider."""
    if operator.startswith(("airflow.providers.amazon.", "airflow.providers.aws.")):
        return True
    if operator.startswith("airflow.") or operator.count(".") < 3:
        return False
    # Such as airlfow.providers.amazon...: an own class would hardly have such a path.
    near = subject.nearest_operators(operator, 1)
    return bool(near) and difflib.SequenceMatcher(None, operator, near[0]).ratio() >= _ALIKE
