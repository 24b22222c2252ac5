"""The assessment's document as Markdown for a merge request and as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from dagconv.assessment.summary import number
from dagconv.diagnostics.render.markdown import inert

_MOST_REASONS = 15
_COLUMNS = ("path", "dag", "outcome", "tasks", "schedule", "stops", "losses")
# What a spreadsheet takes for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def markdown(document: dict[str, Any]) -> str:
    """The shares, the reasons and the DAGs as tables."""
    return "\n".join(_markdown(document)) + "\n"


def _markdown(document: dict[str, Any]) -> Iterator[str]:
    size = document["size"]
    yield f"# {number(size['dags'], 'DAG')} assessed"
    yield ""
    yield f"{number(size['tasks'], 'task')}, {size['scheduled']} DAGs with a schedule. dagconv {document['dagconv']}."
    yield ""
    yield "| Outcome | DAGs | Files whose DAGs nobody knows | Opened by this alone |"
    yield "|---|---:|---:|---:|"
    for share in document["shares"]:
        yield f"| {inert(share['outcome'])} | {share['dags']} | {share['files']} | {share['alone'] or ''} |"
    if document["reasons"]:
        yield ""
        yield "| What stops them | DAGs and files | Stopped by this alone | What to do |"
        yield "|---|---:|---:|---|"
    for reason in document["reasons"][:_MOST_REASONS]:
        counts = f"{reason['dags'] + reason['files']} | {reason['alone']}"
        yield f"| {reason['code']} {inert(reason['summary'])} | {counts} | {inert(reason['fix'])} |"
    if len(document["reasons"]) > _MOST_REASONS:
        yield ""
        yield f"{number(len(document['reasons']) - _MOST_REASONS, 'more reason')} in the page and in JSON."


def table(document: dict[str, Any]) -> str:
    """One row for each DAG, after a row of names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for dag in document["dags"]:
        schedule = dag["schedule"]["before"]["words"] if "schedule" in dag else ""
        codes = [" ".join(sorted({found["code"] for found in dag[kind]})) for kind in ("stops", "losses")]
        row = (dag["path"], dag["dag"] or "", dag["outcome"], len(dag.get("tasks", ())), schedule, *codes)
        writer.writerow([_inert(cell) for cell in row])
    return text.getvalue()


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
