"""More than one YAML document in a file."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Engine, Rule, Severity

RULE = Rule(
    code="DC605",
    slug="several-documents",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The file holds more than one YAML document.",
    message="a second YAML document starts here",
    help="put each workflow into its own file",
    why='The loader expects a single document and raises when it meets another "---".',
    example=("first:\n  tasks: {}\n---\nsecond:\n  tasks: {}\n"),
    fix="Put each workflow into a file of its own.",
    source=(ContractRule(1), Engine("dagfactory._yaml", "load_yaml_file")),
)


def check_documents(document: Document) -> Iterator[Diagnostic]:
    for _, place, _ in document.found(ProblemKind.SEVERAL_DOCUMENTS):
        yield RULE.at(place)
