"""Workflow commands of GitHub Actions: each finding becomes an annotation at its line."""

from __future__ import annotations

from dagconv.diagnostics.folding import Fold, fold
from dagconv.diagnostics.model import Location, Severity
from dagconv.diagnostics.render import RenderOptions, place
from dagconv.diagnostics.render.terminal import safe
from dagconv.diagnostics.report import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, options: RenderOptions) -> str:
    folds, _ = fold(report, notes=options.notes)
    return "".join(_command(one, place(one.file, one.found)) + "\n" for one in folds)


def _command(one: Fold, where: Location | None) -> str:
    found = one.found
    properties = {"title": f"{found.code} {found.rule.slug}"}
    if where is not None:
        known = {"file": where.file, "line": where.line, "col": where.column, "endLine": where.end_line}
        properties = {**{name: str(value) for name, value in known.items() if value is not None}, **properties}
    text = found.message + one.more + (f"\n{found.help}" if found.help else "")
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[found.severity]} {shown}::{_data(text)}"


def _data(text: str) -> str:
    # Percent first: the escapes themselves begin with one. What a DAG is called must not start a command.
    lines = (safe(line) for line in text.replace("%", "%25").split("\n"))
    return "%0A".join(lines)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
