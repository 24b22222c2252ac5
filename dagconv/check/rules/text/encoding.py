"""A definition in another encoding than UTF-8; found while the bytes are decoded."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Severity

RULE = Rule(
    code="DC600",
    slug="not-utf8",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The file is not UTF-8 text.",
    message="the file is not UTF-8: found {found}",
    help="save the file as UTF-8",
    why=("dag-factory reads a definition as UTF-8 and fails with UnicodeDecodeError on anything else."),
    example=("# saved as Latin-1: the byte 0xe9 is no UTF-8\ncafé:\n  tasks: {}\n"),
    fix="Save the file as UTF-8; a byte order mark may stay.",
    source=(Engine("dagfactory._yaml", "load_yaml_file"),),
)


def check_encoding(document: Document) -> Iterator[Diagnostic]:
    for problem, place, _ in document.found(ProblemKind.NOT_UTF8):
        yield RULE.at(place, found=problem.detail)
