"""Explicit YAML tags; those of Python would run code while the file is read."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.problem import ProblemKind
from dagconv.diagnostics import Diagnostic, Effect, Engine, Rule, Section, Severity

RULE = Rule(
    code="DC608",
    slug="yaml-tag",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A value carries a YAML tag that a definition must not use.",
    message="the tag {found} is not allowed in a definition{reason}",
    help="write the plain value; a time span is {{__type__: datetime.timedelta, seconds: 60}}",
    why=(
        "Tags such as !!python/name look up Python objects while the file is read, and other own tags "
        "fail to load. dagconv never acts on a tag."
    ),
    example=("dag:\n  tasks: !!python/name:os.getcwd\n"),
    fix="Write the plain value without the tag.",
    source=(Section("1.8"), Engine("dagfactory._yaml", "load_yaml_file")),
)


def check_tag(document: Document) -> Iterator[Diagnostic]:
    for problem, place, _ in document.found(ProblemKind.TAG):
        reason = ": it would look up or run Python code" if "python" in problem.detail else ""
        yield RULE.at(place, found=problem.detail, reason=reason)
