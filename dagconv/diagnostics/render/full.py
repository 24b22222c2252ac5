"""The format for people: each finding with the source line, a caret under the place, and a `help:` line.

What asks for nothing to be done takes one line, unless notes are asked for too.
"""

from __future__ import annotations

from dagconv.diagnostics.folding import Fold, fold
from dagconv.diagnostics.model import Location, Severity
from dagconv.diagnostics.render import RenderOptions, place
from dagconv.diagnostics.render.terminal import cells, paint, safe
from dagconv.diagnostics.report import Report, SourceReader
from dagconv.diagnostics.rule import Diagnostic

_WIDTH = 160  # longer source lines are cut around the place


def render(report: Report, options: RenderOptions) -> str:
    folds, _ = fold(report, notes=options.notes)
    sources = "".join(f"{safe(line)}\n" for line in report.sources)
    brief = () if options.notes else (Severity.INFO,)
    framed = "".join(_finding(one, options) + "\n" for one in folds if one.found.severity not in brief)
    closing = "".join(_line(one, options.color) + "\n" for one in folds if one.found.severity in brief)
    return (f"{sources}\n" if sources else "") + framed + (f"{closing}\n" if closing else "")


def _line(one: Fold, color: bool) -> str:
    where = place(one.file, one.found)
    return f"{_kind(one.found, color)} {f'{safe(str(where))}: ' if where else ''}{safe(one.found.message)}{one.more}"


def _kind(found: Diagnostic, color: bool) -> str:
    return paint(f"{found.severity.value}[{found.code}]", found.severity.value, color)


def _finding(one: Fold, options: RenderOptions) -> str:
    found, color = one.found, options.color
    lines = [f"{_kind(found, color)} {paint(safe(found.message), 'bold', color)}{one.more}"]
    where = place(one.file, found)
    if where is not None:
        lines.append(f"  {paint('-->', 'dim', color)} {safe(str(where))}{_names(found)}")
        lines += _frame(where, options.read_lines, color)
    lines += [f"  {paint('and', 'dim', color)} {safe(str(other))}" for other in found.related]
    if found.help:
        lines.append(f"{paint('help:', 'bold', color)} {safe(found.help)}")
    return "\n".join(lines) + "\n"


def _names(found: Diagnostic) -> str:
    named = (("DAG", found.dag_id), ("task", found.task_id), ("key", found.key))
    text = ", ".join(f"{label} {safe(name)}" for label, name in named if name)
    return f" ({text})" if text else ""


def _frame(where: Location, read_lines: SourceReader, color: bool) -> list[str]:
    lines = read_lines(where.file) if where.line else None
    if not lines or not where.line or where.line > len(lines):
        return []
    gutter = " " * len(str(where.line))
    bar = paint("|", "dim", color)
    text = lines[where.line - 1].rstrip("\r\n")
    shown, indent, length = _cut(text, where)
    frame = [f"{gutter} {bar}", f"{where.line} {bar} {shown}"]
    if length:
        frame.append(f"{gutter} {bar} {' ' * indent}{paint('^' * length, 'caret', color)}")
    return frame


def _cut(text: str, where: Location) -> tuple[str, int, int]:
    """The line as shown, the cells before the caret, and the caret's length (0 where no column is known)."""
    if where.column is None:
        return safe(text)[:_WIDTH], 0, 0
    start = min(where.column - 1, len(text))
    end = len(text)
    if where.end_line in (None, where.line):
        end = min(where.end_column - 1, len(text)) if where.end_column else start + 1
    first = 0
    if start > _WIDTH // 2:
        first = start - _WIDTH // 4
    before, marked, after = safe(text[first:start]), safe(text[start:end]), safe(text[end : end + _WIDTH])
    head = "..." if first else ""
    room = max(_WIDTH - len(head) - len(before), 1)
    marked = marked[:room]
    return head + before + marked + after[: room - len(marked)], cells(head + before), max(cells(marked), 1)
