"""Keys that are lists or mappings, and merge keys without a mapping."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Severity

RULE = Rule(
    code="DC612",
    slug="key-not-a-word",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A key is a list or a mapping, or `<<` merges something that is no mapping.",
    message="{found}",
    help="write a plain word as the key",
    why=(
        "The loader cannot use lists and mappings as keys, and `<<` takes a mapping or a list of "
        "mappings only. It raises for both."
    ),
    example=("dag:\n  ? [a, b]\n  : c\n"),
    fix="Write a plain word as the key.",
    source=(Engine("dagfactory._yaml", "load_yaml_file"), Engine("yaml.constructor", "FullConstructor")),
)


def check_key(document: Document) -> Iterator[Diagnostic]:
    for _, place, _ in document.found(ProblemKind.COMPLEX_KEY):
        yield RULE.at(
            place, found="a list or mapping stands where a key belongs (a text starting with { or [ needs quotes)"
        )
    for _, place, _ in document.found(ProblemKind.MERGE):
        yield RULE.at(place, found="'<<' merges a value that is no mapping")
