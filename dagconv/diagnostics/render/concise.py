"""One line per finding, `path:line:column: CODE severity message`, as compilers write it and editors read it."""

from __future__ import annotations

from dagconv.diagnostics.render import RenderOptions, ordered, place
from dagconv.diagnostics.render.terminal import paint, safe
from dagconv.diagnostics.report import FileReport, Report
from dagconv.diagnostics.rule import Diagnostic


def render(report: Report, options: RenderOptions) -> str:
    return "".join(_line(file, found, options.color) + "\n" for file, found in ordered(report))


def _line(file: FileReport | None, found: Diagnostic, color: bool) -> str:
    where = place(file, found)
    severity = paint(found.severity.value, found.severity.value, color)
    return f"{safe(str(where)) if where else 'dagconv'}: {found.code} {severity} {safe(found.message)}"
