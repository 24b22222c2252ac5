"""Finds definitions of earlier runs whose DAG is refused now or gone, so that they are not deployed for ever.

Those whose DAG is certainly gone are deleted where that is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from dagconv.diagnostics import Diagnostic, Location, Severity
from dagconv.diagnostics.report import FileStatus, Report
from dagconv.write import rules
from dagconv.write.companions import read_companion
from dagconv.write.files import read_text
from dagconv.write.header import Header, read_header
from dagconv.write.names import NEEDS, PACKAGE, SUFFIX, beside, output_name, same_file_key
from dagconv.write.outputs import Output

_GONE, _NO_SUCH = "that file is gone", "that file holds no such DAG any more"
DELETED = "the file was deleted"


def find_leftovers(
    folder: Path,
    outputs: Iterable[Output],
    report: Report,
    sources: Sequence[str],
    severity: Severity | None = None,
    *,
    within: str | None = None,
    prune: bool = False,
) -> tuple[Diagnostic, ...]:
    """One finding per generated file in the folder that this call's sources should have made and did not.

    A file generated from a source that the call did not name is none of this call's business, unless that is gone and
    was in the folder `within`: a hook is told what changed, never what was deleted. With `prune` those are deleted
    whose DAG is certainly gone and that are as they were written; a call that found no DAG at all proves nothing.
    """
    pruning = prune and any(file.dags for file in report.files)
    wanted = {same_file_key(Path(output.path).name) for output in outputs}
    read = {os.path.realpath(file.path) for file in report.files if file.dags}  # their DAGs are known
    statuses = {os.path.realpath(file.path): file.status for file in report.files}
    refused = {same_file_key(output_name(d.dag_id)) for f in report.files for d in f.dags}
    roots = [os.path.realpath(source) for source in sources]
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        header = _header(path) if same_file_key(path.name) not in wanted else None
        if header is None:
            continue
        origin = os.path.realpath(header.source)
        gone = within is not None and _in(origin, os.path.realpath(within)) and not Path(origin).exists()
        if not gone and not any(_in(origin, root) for root in roots):
            continue
        reason = _reason(origin, statuses.get(origin), same_file_key(path.name) in refused)
        at = Location(str(path))
        outcome = "the file was left as it is"
        if pruning and header.intact and (reason == _GONE or (reason == _NO_SUCH and origin in read)):
            outcome = _delete(path)
        told = Severity.INFO if outcome == DELETED else severity
        found.append(
            rules.LEFT_OVER.at(at, severity=told, path=str(path), source=header.source, reason=reason, outcome=outcome)
        )
    return tuple(found)


def _delete(path: Path) -> str:
    """What became of a definition and the files that go with it, in words; all are deleted, or none."""
    beside_it = [path.with_name(beside(path.name, suffix)) for suffix in (PACKAGE, NEEDS)]
    try:
        companions = [read_companion(file, b"") for file in beside_it if file.exists()]
        if any(one.is_foreign or one.is_edited for one in companions):
            return "what stands beside it was changed by hand, so it was left as it is"
        for file in (*(Path(one.path) for one in companions), path):
            file.unlink()
    except OSError as error:
        return f"it cannot be deleted: {error.strerror}"
    return DELETED


def _in(path: str, root: str) -> bool:
    return path == root or path.startswith(root + os.sep)


def _header(path: Path) -> Header | None:
    try:
        text = read_text(path)
    except OSError:
        return None
    return read_header(text) if text else None


def _reason(origin: str, status: FileStatus | None, dag_refused: bool) -> str:
    if dag_refused:
        return "this DAG is not converted any more"
    if status is FileStatus.FAILED:
        return "that file cannot be loaded any more"
    return _NO_SUCH if Path(origin).exists() else _GONE
