"""Takes findings away where a comment `# dagconv: ignore[DC301]` says so, and reports what it could not take."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from dagconv.diagnostics.model import Effect, Location, Severity
from dagconv.diagnostics.rule import Diagnostic, Rule
from dagconv.diagnostics.source import ContractRule, Section

COMMENT = re.compile(r"#[ \t]*dagconv:[ \t]*ignore\b(?:\[([^\]\n]*)\])?")
MARK = "dagconv:"  # a text without it holds no such comment

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
    source=(ContractRule(61),),
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
    source=(ContractRule(54), Section("1.1")),
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
    source=(ContractRule(61),),
)
IGNORE_RULES = (UNUSED, REFUSED, MALFORMED)


@dataclass(slots=True)
class Ignore:
    """One comment: its place, the line that it speaks of, its names, and which of these were of use."""

    place: Location
    line: int
    names: tuple[str, ...]
    used: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


def read_comment(found: re.Match[str], place: Location, *, alone: bool) -> Ignore:
    """A match of COMMENT. One that stands `alone` on its line speaks of the next."""
    names = tuple(name.strip() for name in (found.group(1) or "").split(",") if name.strip())
    assert place.line is not None
    return Ignore(place, place.line + 1 if alone else place.line, names)


def apply_ignores(comments: Iterable[Ignore], found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings of one file without those that a comment takes; errors stay, and idle comments are findings."""
    by_line: dict[int, list[Ignore]] = {}
    for comment in comments:
        by_line.setdefault(comment.line, []).append(comment)
    kept = [one for one in found if not _takes(by_line, one)]
    for comment in (comment for line in by_line.values() for comment in line):
        if not comment.names:
            kept.append(MALFORMED.at(comment.place))
        for name in comment.names:
            if name in comment.refused:
                kept.append(REFUSED.at(comment.place, found=name))
            elif name not in comment.used:
                kept.append(UNUSED.at(comment.place, found=name))
    return kept


def _takes(by_line: dict[int, list[Ignore]], found: Diagnostic) -> bool:
    line = found.location.line if found.location else None
    taken = False
    for comment in by_line.get(line or 0, ()):
        if found.location is None or found.location.file != comment.place.file:
            continue
        named = [name for name in comment.names if name.upper() == found.code or name == found.rule.slug]
        if found.severity is Severity.ERROR:
            comment.refused.update(named)
        else:
            comment.used.update(named)
            taken |= bool(named)
    return taken
