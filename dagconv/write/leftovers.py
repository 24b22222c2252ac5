"""Finds definitions of earlier runs whose DAG is refused now or gone, so that they are not deployed for ever."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from dagconv.diagnostics import Diagnostic, Location, Severity
from dagconv.diagnostics.report import FileStatus, Report
from dagconv.write import rules
from dagconv.write.files import read_text
from dagconv.write.header import Header, read_header
from dagconv.write.names import SUFFIX, output_name, same_file_key
from dagconv.write.outputs import Output

_HEAD = 8192


def find_leftovers(
    folder: Path,
    outputs: Iterable[Output],
    report: Report,
    sources: Sequence[str],
    severity: Severity | None = None,
    *,
    within: str | None = None,
) -> tuple[Diagnostic, ...]:
    """One finding per generated file in the folder that this call's sources should have made and did not.

    A file generated from a source that the call did not name is none of this call's business, unless that is gone and
    was in the folder `within`: a hook is told what changed, never what was deleted.
    """
    wanted = {same_file_key(Path(output.path).name) for output in outputs}
    statuses = {os.path.realpath(file.path): file.status for file in report.files}
    refused = {same_file_key(output_name(d.dag_id)) for f in report.files for d in f.dags}
    roots = [os.path.realpath(source) for source in sources]
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        header = _header(path)
        if header is None or same_file_key(path.name) in wanted:
            continue
        origin = os.path.realpath(header.source)
        gone = within is not None and _in(origin, os.path.realpath(within)) and not Path(origin).exists()
        if not gone and not any(_in(origin, root) for root in roots):
            continue
        reason = _reason(origin, statuses.get(origin), same_file_key(path.name) in refused)
        at = Location(str(path))
        found.append(rules.LEFT_OVER.at(at, severity=severity, path=str(path), source=header.source, reason=reason))
    return tuple(found)


def _in(path: str, root: str) -> bool:
    return path == root or path.startswith(root + os.sep)


def _header(path: Path) -> Header | None:
    try:
        text = read_text(path)
    except OSError:
        return None
    return read_header(text[:_HEAD]) if text else None


def _reason(origin: str, status: FileStatus | None, dag_refused: bool) -> str:
    if dag_refused:
        return "this DAG is not converted any more"
    if status is FileStatus.FAILED:
        return "that file cannot be loaded any more"
    if not Path(origin).exists():
        return "that file is gone"
    return "that file holds no such DAG any more"
