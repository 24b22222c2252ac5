"""Brings what became of the outputs into the report: paths, refusals and findings, at the files that they concern."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dagconv.diagnostics import Diagnostic
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Report
from dagconv.write.outputs import Output, OutputStatus

_UNWRITTEN = (OutputStatus.BLOCKED, OutputStatus.EDITED, OutputStatus.FOREIGN, OutputStatus.CLAIMED)


def with_outputs(report: Report, outputs: Iterable[Output], findings: Sequence[Diagnostic] = ()) -> Report:
    """The report of the pipeline completed by what `write` did. `findings` concern the folder as a whole."""
    by_dag = {(output.source_path, output.dag_id): output for output in outputs}
    files = tuple(_with_outputs(file, by_dag) for file in report.files)
    return replace(report, files=files, diagnostics=(*report.diagnostics, *findings))


def _with_outputs(file: FileReport, by_dag: dict[tuple[str, str], Output]) -> FileReport:
    dags: list[DagReport] = []
    found: list[Diagnostic] = []
    for dag in file.dags:
        output = by_dag.get((file.path, dag.dag_id))
        if output is None:
            dags.append(dag)
            continue
        found += output.diagnostics
        if output.status in _UNWRITTEN:
            dags.append(replace(dag, status=FileStatus.REFUSED, output=None))
        else:
            dags.append(replace(dag, output=output.path))
    status = file.status
    if status is FileStatus.CONVERTED and any(dag.status is FileStatus.REFUSED for dag in dags):
        status = FileStatus.REFUSED
    return replace(file, status=status, dags=tuple(dags), diagnostics=(*file.diagnostics, *found))
