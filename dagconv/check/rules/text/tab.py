"""A tab where YAML wants spaces; the most common invisible mistake."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Severity

RULE = Rule(
    code="DC604",
    slug="tab-in-yaml",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A tab stands where YAML allows only spaces.",
    message="a tab stands between values, where YAML allows only spaces",
    help="replace the tab by spaces",
    why=(
        "PyYAML takes tabs inside of quoted text and comments only; other parsers are more lenient, so "
        "editors may not show it."
    ),
    example=("dag:\n	tasks: {}   # the line starts with a tab\n"),
    fix="Replace the tab by spaces.",
    source=(Engine("dagfactory._yaml", "load_yaml_file"), Engine("yaml.scanner", "Scanner")),
)


def check_tab(document: Document) -> Iterator[Diagnostic]:
    for _, place, _ in document.found(ProblemKind.TAB):
        yield RULE.at(place)
