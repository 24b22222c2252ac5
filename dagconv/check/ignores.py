"""`# dagconv: ignore[DC301]` in a definition: takes findings away, and reports what it could not take; last step."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dagconv.check.document import Document, span_at
from dagconv.check.node import Mapping, Scalar, Span, walk
from dagconv.diagnostics import Diagnostic, Effect, Rule, Severity

_COMMENT = re.compile(r"#[ \t]*dagconv:[ \t]*ignore\b(?:\[([^\]\n]*)\])?")

UNUSED = Rule(
    code="DC690",
    slug="ignore-unused",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="An ignore comment takes nothing away.",
    message="nothing here is ignored by {found}",
    help="remove {found} from the comment",
    why="A comment that ignores nothing hides the day on which the finding comes back.",
    example=(
        "my_dag:\n  tasks:\n    copy: {operator: airflow.operators.empty.EmptyOperator}  # dagconv: ignore[DC623]\n"
    ),
    fix="Remove the comment, or name the code that is found on this line.",
    source="contract 9 rule 61: every loss is named, and nothing else",
)
REFUSED = Rule(
    code="DC691",
    slug="ignore-refused",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="An ignore comment names an error, which cannot be ignored.",
    message="{found} is an error here and cannot be ignored",
    help="correct what it names; the service or the engine would refuse it",
    why="Errors are what the service would raise itself; hiding them here changes nothing there.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    copy: {operator: airflow.operators.empty.EmptyOperator, retries: 9}  # dagconv: ignore[DC620]\n"
    ),
    fix="Correct what the code names and remove the comment.",
    source="contract 9 rule 54 (contract 1.1): errors are those of the service and its engine",
)
MALFORMED = Rule(
    code="DC692",
    slug="ignore-malformed",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="An ignore comment names no codes.",
    message="this comment names no codes, so it ignores nothing",
    help="write the codes in brackets: dagconv: ignore[DC623]",
    why="A comment that ignored everything would also hide what nobody has seen yet.",
    example="my_dag:  # dagconv: ignore\n  tasks:\n    copy: {operator: airflow.operators.empty.EmptyOperator}\n",
    fix="Name the codes in brackets.",
    source="contract 9 rule 61: every loss is named by its code",
)
IGNORE_RULES = (UNUSED, REFUSED, MALFORMED)


@dataclass(slots=True)
class _Ignore:
    """One comment: the line it speaks of, and which of its names were of use."""

    span: Span
    line: int
    names: tuple[str, ...]
    used: set[str]
    refused: set[str]


def apply_ignores(document: Document, found: list[Diagnostic]) -> list[Diagnostic]:
    """The findings without those that a comment on their line, or on the line above it, ignores."""
    if "dagconv:" not in document.text:
        return found
    ignores: dict[int, list[_Ignore]] = {}
    for ignore in _read(document):
        ignores.setdefault(ignore.line, []).append(ignore)
    kept = [diagnostic for diagnostic in found if not _takes(ignores, diagnostic)]
    for ignore in itertools.chain.from_iterable(ignores.values()):
        place = ignore.span.location(document.file)
        if not ignore.names:
            kept.append(MALFORMED.at(place))
        for name in ignore.names:
            if name in ignore.refused:
                kept.append(REFUSED.at(place, found=name))
            elif name not in ignore.used:
                kept.append(UNUSED.at(place, found=name))
    return kept


def _takes(ignores: dict[int, list[_Ignore]], found: Diagnostic) -> bool:
    line = found.location.line if found.location else None
    taken = False
    for ignore in ignores.get(line or 0, ()):
        for name in ignore.names:
            if name.upper() != found.code and name != found.rule.slug:
                continue
            if found.severity is Severity.ERROR:
                ignore.refused.add(name)
            else:
                ignore.used.add(name)
                taken = True
    return taken


def _read(document: Document) -> Iterator[_Ignore]:
    text, inside = document.text, _scalar_spans(document)
    for match in _COMMENT.finditer(text):
        before = bisect.bisect_right(inside, (match.start(), len(text))) - 1
        if before >= 0 and match.start() < inside[before][1]:
            continue  # part of a value
        span = span_at(text, match.start(), match.end())
        alone = not text[match.start() - span.column + 1 : match.start()].strip()
        names = tuple(name.strip() for name in (match.group(1) or "").split(",") if name.strip())
        yield _Ignore(span, span.line + 1 if alone else span.line, names, set(), set())


def _scalar_spans(document: Document) -> list[tuple[int, int]]:
    """Start and end of every key and scalar, in the order of the text."""
    spans: list[tuple[int, int]] = []
    for node in walk(document.root) if document.root is not None else ():
        if isinstance(node, Scalar):
            spans.append((node.span.start, node.span.end))
        elif isinstance(node, Mapping):
            spans.extend((entry.key.span.start, entry.key.span.end) for entry in node.entries)
    return sorted(spans)
