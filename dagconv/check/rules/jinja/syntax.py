"""Templates that Jinja cannot parse."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Scalar, Span
from dagconv.check.subject import Subject
from dagconv.check.templates import uses
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC470",
    slug="jinja-syntax",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template has a syntax error.",
    message="'{key}' holds a template that Jinja cannot read: {reason}",
    help="correct the template; look for unclosed braces and quotes",
    why=(
        "The definition is created all the same, and every run ends before its first task with an error "
        "that names the template."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        '      bucket: "{{ params.bucket "\n'
    ),
    fix="Correct the template.",
    source=(ContractRule(35), Section("1.1"), Section("5")),
)


def check_syntax(subject: Subject) -> Iterator[Diagnostic]:
    for use in uses(subject):
        if use.error is not None:
            place = _line_of(use.node, use.error.line)
            yield subject.at(RULE, place or use.node, use.task, use.key, reason=str(use.error))


def _line_of(node: Scalar, line: int) -> Span | None:
    """The line of the file for a line of the text, where the two go together: in a block of several lines."""
    lines = node.text.count("\n")
    if line < 2 or lines == 0 or node.span.end_line - node.span.line < lines:
        return None
    at = node.span.line + line
    return Span(at, 1, at, 1, node.span.start, node.span.end)
