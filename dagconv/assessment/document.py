"""The assessment as one JSON document, which the page, Markdown and CSV are made of; secrets are masked in it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dagconv.assessment.assessment import Assessed, Assessment, Reason
from dagconv.catalog.service import service
from dagconv.diagnostics import Diagnostic, Location
from dagconv.diagnostics.folding import fold
from dagconv.diagnostics.report import FileReport, FileStatus, Report
from dagconv.language.secret import mask_secrets
from dagconv.load.given_secrets import given_secrets, masked
from dagconv.load.shown_lines import read_shown_lines
from dagconv.version import __version__
from dagconv.wire.inputs import Inputs

FORMAT = "dagconv-assessment/1"
Mask = Callable[[str], str]
Document = dict[str, Any]


def masking(inputs: Inputs) -> Mask:
    """Hides the secrets among what was given, and what looks like a secret."""
    given = given_secrets(inputs)
    return lambda text: mask_secrets(masked(text, given))


@dataclass(frozen=True, slots=True)
class Made:
    """When the document was made, how to mask its texts, and whether whole source files stand in it."""

    at: datetime.datetime
    mask: Mask
    include_source: bool = False


def document(found: Assessment, made: Made) -> Document:
    """JSON data. Lines of the source stand in it where a finding points at them."""
    limits = service().limits
    return {
        "format": FORMAT,
        "dagconv": __version__,
        "made": made.at.strftime("%Y-%m-%dT%H:%MZ"),
        "sources": list(found.sources),
        "airflows": list(found.airflows),
        "size": {**asdict(found.size), "operators": [list(row) for row in found.size.operators]},
        "quota": {"workflows": limits.workflows, "definition_bytes": limits.definition_bytes_certain},
        "empty": found.empty,
        "shares": [
            {"outcome": share.outcome, **asdict(share.dags), "alone": share.alone.units} for share in found.shares
        ],
        "reasons": [_reason(reason, made.mask) for reason in found.reasons],
        "dags": [_dag(dag, made) for dag in found.dags],
    }


def _reason(reason: Reason, mask: Mask) -> Document:
    rule = reason.rule
    return {
        "code": rule.code,
        "slug": rule.slug,
        "summary": rule.summary,
        "fix": rule.fix,
        **asdict(reason.stopped),
        "alone": reason.alone.units,
        "places": _places(reason.findings, mask),
    }


def _places(findings: Iterable[Diagnostic], mask: Mask) -> list[Document]:
    """Each line once, with the ids of the DAGs that it stops."""
    places: dict[tuple[str, int | None], Document] = {}
    for found in findings:
        at = found.location or Location("")
        said: Document = {"file": at.file, "line": at.line, "text": _line(at.file, at.line, mask), "dags": []}
        place = places.setdefault((at.file, at.line), {**said, "message": mask(found.message)})
        if found.dag_id and (dag := mask(found.dag_id)) not in place["dags"]:
            place["dags"].append(dag)
    return list(places.values())


def _line(file: str, line: int | None, mask: Mask) -> str:
    lines = read_shown_lines(file) or [] if line else []
    return mask(lines[line - 1].strip()) if line and line <= len(lines) else ""


def _dag(dag: Assessed, made: Made) -> Document:
    said: Document = {
        "path": dag.path,
        "dag": made.mask(dag.dag_id) if dag.dag_id else dag.dag_id,
        "outcome": dag.outcome,
        "stops": _findings(dag, dag.stops, made.mask),
        "losses": _findings(dag, dag.losses, made.mask),
    }
    if dag.outline is not None:
        ids = {node.task_id: index for index, node in enumerate(dag.outline.nodes)}
        said["tasks"] = [
            [made.mask(node.task_id), node.operator, [ids[name] for name in node.upstream if name in ids]]
            for node in dag.outline.nodes
        ]
        said["schedule"] = {"before": asdict(dag.outline.before), "after": asdict(dag.outline.after)}
    if dag.yaml is not None:
        said["yaml"] = made.mask(dag.yaml)
    if made.include_source:
        said["source"] = made.mask("\n".join(read_shown_lines(dag.path) or []))
    return said


def _findings(dag: Assessed, findings: Sequence[Diagnostic], mask: Mask) -> list[Document]:
    """Folded as reports fold them."""
    folds, _ = fold(Report((FileReport(dag.path, FileStatus.REFUSED, (), tuple(findings)),)), notes=True)
    return [_finding(one.found, one.more, mask) for one in folds]


def _finding(found: Diagnostic, more: str, mask: Mask) -> Document:
    place = found.location or Location("")
    return {
        "code": found.code,
        "file": place.file,
        "line": place.line,
        "text": _line(place.file, place.line, mask),
        "message": mask(found.message) + more,
        "help": mask(found.help),
    }
