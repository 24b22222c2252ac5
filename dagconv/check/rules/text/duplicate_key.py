"""The same key twice in one mapping; PyYAML would silently keep the last."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Engine, Rule, Severity

RULE = Rule(
    code="DC607",
    slug="duplicate-key",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A key stands twice in one mapping.",
    message="the key '{found}' stands here for the second time (first in line {first})",
    help="delete or rename one of the two",
    why=(
        "YAML forbids it, yet PyYAML keeps the last value without a word: a task or argument that "
        "stands in the file would not be there."
    ),
    example=(
        "dag:\n"
        "  tasks:\n"
        "    copy: {operator: airflow.operators.empty.EmptyOperator}\n"
        "    copy: {operator: airflow.operators.empty.EmptyOperator}\n"
    ),
    fix="Delete or rename one of the two.",
    source=(ContractRule(2), Engine("dagfactory._yaml", "load_yaml_file")),
)


def check_duplicate_key(document: Document) -> Iterator[Diagnostic]:
    for problem, place, related in document.found(ProblemKind.DUPLICATE_KEY):
        first = problem.related.line if problem.related else 0
        yield RULE.at(place, related=related, found=problem.detail, first=first)
