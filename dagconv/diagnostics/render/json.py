"""The machine-readable report: the one JSON document that schemas/report.schema.json describes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from dagconv.diagnostics.folding import group_name
from dagconv.diagnostics.model import Location, Severity
from dagconv.diagnostics.render import RenderOptions
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Report
from dagconv.diagnostics.rule import Diagnostic

DOCUMENT_VERSION = 1
_CONVERT = (FileStatus.CONVERTED, FileStatus.REFUSED, FileStatus.FAILED, FileStatus.SKIPPED)
_VALIDATE = (FileStatus.VALID, FileStatus.INVALID, FileStatus.FAILED, FileStatus.SKIPPED)


def render(report: Report, options: RenderOptions) -> str:
    # ASCII only: the document survives every terminal and pipe, lone surrogates included.
    return json.dumps(report_document(report, options), indent=2, ensure_ascii=True) + "\n"


def report_document(report: Report, options: RenderOptions) -> dict[str, object]:
    statuses = _CONVERT if options.shows_dags else _VALIDATE
    counts = {status.value: report.count_files(status) for status in statuses}
    return {
        "version": DOCUMENT_VERSION,
        "tool": {"name": "dagconv", "version": options.version},
        "sources": list(report.sources),
        "files": [_file(file, options.shows_dags) for file in report.files],
        "diagnostics": _diagnostics(report.diagnostics, ""),
        "summary": {
            "files": len(report.files),
            **counts,
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
            "seconds": round(report.seconds, 3),
            "to_do": [{"what": said, "step": step} for said, step in options.rows],
        },
    }


def _file(file: FileReport, shows_dags: bool) -> dict[str, object]:
    head: dict[str, object] = {"path": file.path, "status": file.status.value}
    if shows_dags:
        head["dags"] = [_dag(dag) for dag in file.dags]
    return {**head, "diagnostics": _diagnostics(file.diagnostics, file.path)}


def _dag(dag: DagReport) -> dict[str, object]:
    proof = {"status": dag.proof.status.value, "declared": list(dag.proof.declared)}
    return {"dag_id": dag.dag_id, "output": dag.output, "status": dag.status.value, "proof": proof}


def _diagnostics(found: Iterable[Diagnostic], path: str) -> list[dict[str, object]]:
    return [_diagnostic(one, path) for one in sorted(found, key=Diagnostic.sort_key)]


def _diagnostic(found: Diagnostic, path: str) -> dict[str, object]:
    return {
        "code": found.code,
        "slug": found.rule.slug,
        "severity": found.severity.value,
        "effect": found.effect.value,
        "message": found.message,
        "help": found.help,
        "location": _location(found.location) if found.location else None,
        "related": [_location(other) for other in found.related],
        "dag_id": found.dag_id,
        "task_id": found.task_id,
        "key": found.key,
        "group": group_name(path, found),
    }


def _location(where: Location) -> dict[str, object]:
    return {
        "file": where.file,
        "line": where.line,
        "column": where.column,
        "end_line": where.end_line,
        "end_column": where.end_column,
    }
