"""One line per finding, `path:line:column: CODE severity message`, as compilers write it and editors read it."""

from __future__ import annotations

from dagconv.diagnostics.folding import Fold, fold
from dagconv.diagnostics.render import RenderOptions, place
from dagconv.diagnostics.render.terminal import paint, safe
from dagconv.diagnostics.report import Report


def render(report: Report, options: RenderOptions) -> str:
    folds, _ = fold(report, notes=options.notes)
    return "".join(_line(one, options.color) + "\n" for one in folds)


def _line(one: Fold, color: bool) -> str:
    found, where = one.found, place(one.file, one.found)
    severity = paint(found.severity.value, found.severity.value, color)
    return f"{safe(str(where)) if where else 'dagconv'}: {found.code} {severity} {safe(found.message + one.more)}"
