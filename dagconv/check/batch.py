"""Judges many files in one call: reads them, leaves out what is no definition, compares DAG ids across files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dagconv.check.code_file import CodeFile
from dagconv.check.code_targets import check_with_code
from dagconv.check.definition import check_document
from dagconv.check.document import MAX_BYTES, Document, read_document, too_large
from dagconv.check.files import Candidate
from dagconv.check.judge import looks_like_definition
from dagconv.check.node import Mapping
from dagconv.check.rules.operator.needs_code import RULE as NEEDS_CODE
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Location, Rule, Section, Severity
from dagconv.diagnostics.report import FileReport, FileStatus

UNREADABLE = Rule(
    code="DC695",
    slug="file-unreadable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A file cannot be read.",
    message="the file cannot be read: {reason}",
    help="check that it is a regular file and that you may read it",
    why="A file that was not read was not judged, so the call must not end well.",
    example="# a file without read permission, or a named pipe\n",
    fix="Correct the path or the permissions.",
    source=(ContractRule(61),),
)
NOT_JUDGED = Rule(
    code="DC696",
    slug="file-not-judged",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A YAML file in a folder does not look like a definition.",
    message="not judged: no root value has tasks, schedule, default_args or an operator",
    help="name the file on the command line, or in the setting include, to judge it all the same",
    why="Folders and hooks hold other YAML files too; only what looks like a definition is judged there.",
    example="services:\n  web: {image: nginx}\n",
    fix="Nothing to do for a file that is no definition.",
    source=(Section("1.2"),),
)
TWICE = Rule(
    code="DC697",
    slug="dag-id-twice",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Two files of one call define the same DAG id.",
    message="the DAG id '{dag_id}' is also defined in {other}",
    help="rename one of the two",
    why="Workflows are named after their DAG; the second would be refused, or take the place of the first.",
    example=(
        "# in a.yaml and again in b.yaml\n"
        "my_dag:\n"
        "  tasks:\n"
        "    copy: {operator: airflow.operators.empty.EmptyOperator}\n"
    ),
    fix="Rename one of the two.",
    source=(ContractRule(1), ContractRule(55), Section("6.2")),
)
NOT_LOADED = Rule(
    code="DC698",
    slug="not-loaded-deep",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A definition was not loaded through the engine, since its code package is not here.",
    message="not loaded through the engine: it needs classes or functions of the code package",
    help="nothing to do; what the text shows was judged",
    why="With --deep definitions are loaded by dag-factory and Airflow, which import what the definition names.",
    example="# with validate --deep\nmy_dag:\n  tasks:\n    load: {operator: mine.operators.Load}\n",
    fix="Nothing to do.",
    source=(ContractRule(8), ContractRule(54), Section("3.1")),
)
NONE_JUDGED = Rule(
    code="DC699",
    slug="no-definition",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A folder holds no definition.",
    message="the folder holds no file that looks like a definition, so nothing was judged",
    help="check the path; name a file, or a pattern in the setting include, to judge it all the same",
    why="A call that judged nothing must not pass for one that found nothing wrong.",
    example="dag-converter validate an-empty-folder/",
    fix="Give the folder that holds the definitions.",
    source=(ContractRule(61), Section("1.2")),
)
BATCH_RULES = (UNREADABLE, NOT_JUDGED, TWICE, NOT_LOADED, NONE_JUDGED)


@dataclass(frozen=True, slots=True)
class Judged:
    """One file of a call: its report and, where it was read, its document. `needs_code` tells that the engine loads it
    with its code package only."""

    report: FileReport
    document: Document | None = None
    needs_code: bool = False


def check_files(
    candidates: Iterable[Candidate], stdin: tuple[str, bytes] | None = None, code: CodeFile | None = None
) -> list[Judged]:
    """Judges every file; `stdin` is a name and the data given instead of a file of that name, `code` the package that
    goes with the definition."""
    judged = [_check_file(candidate, stdin, code) for candidate in candidates]
    return _with_repeated_ids(judged)


def empty_folders(paths: Iterable[str], reports: Iterable[FileReport]) -> Iterator[Diagnostic]:
    """A finding for each folder of the call in which nothing was judged."""
    judged = [Path(one.path) for one in reports if one.status is not FileStatus.SKIPPED]
    for path in paths:
        if Path(path).is_dir() and not any(one.is_relative_to(path) for one in judged):
            yield NONE_JUDGED.at(Location(path))


def _check_file(candidate: Candidate, stdin: tuple[str, bytes] | None, code: CodeFile | None) -> Judged:
    path = candidate.path
    try:
        given = stdin is not None and stdin[0] == path
        document = read_document(stdin[1], path) if given and stdin is not None else _read(path)
    except OSError as error:
        reason = error.strerror or str(error)
        found = UNREADABLE.at(Location(path), reason=reason)
        return Judged(FileReport(path, FileStatus.FAILED, diagnostics=(found,)))
    if not candidate.named and not looks_like_definition(document):
        return Judged(FileReport(path, FileStatus.SKIPPED, diagnostics=(NOT_JUDGED.at(Location(path)),)), document)
    alone = check_document(document)
    needs_code = any(one.rule is NEEDS_CODE for one in alone)
    return Judged(_report(path, check_with_code(document, code) if code else alone), document, needs_code)


def _read(path: str) -> Document:
    """Raises OSError; never waits for a pipe and never reads what is far too large."""
    known = Path(path).stat()
    if not stat.S_ISREG(known.st_mode):
        raise OSError(None, "not a regular file")
    if known.st_size > MAX_BYTES:
        return too_large(path, known.st_size)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return read_document(file.read(MAX_BYTES + 1), path)


def _report(path: str, found: Iterable[Diagnostic]) -> FileReport:
    diagnostics = tuple(found)
    invalid = any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    return FileReport(path, FileStatus.INVALID if invalid else FileStatus.VALID, diagnostics=diagnostics)


def with_findings(judged: Judged, found: Iterable[Diagnostic]) -> Judged:
    """The same file with further findings, which may make it invalid."""
    return replace(judged, report=_report(judged.report.path, (*judged.report.diagnostics, *found)))


def _with_repeated_ids(judged: list[Judged]) -> list[Judged]:
    """Adds a finding to every file that shares its DAG id with another."""
    places: dict[str, list[int]] = {}
    for index, one in enumerate(judged):
        dag_id = _dag_id(one)
        if dag_id is not None:
            places.setdefault(dag_id, []).append(index)
    for dag_id, indices in places.items():
        for index in indices if len(indices) > 1 else ():
            others = [other for other in indices if other != index]
            judged[index] = _repeated(judged, index, others, dag_id)
    return judged


def _repeated(judged: list[Judged], index: int, others: list[int], dag_id: str) -> Judged:
    related = tuple(place for other in others if (place := _place(judged[other])) is not None)
    names = ", ".join(judged[other].report.path for other in others)
    found = TWICE.at(_place(judged[index]), dag_id=dag_id, related=related, other=names)
    return with_findings(judged[index], (found,))


def _dag_id(judged: Judged) -> str | None:
    root = judged.document.root if judged.document else None
    if judged.report.status is FileStatus.SKIPPED or not isinstance(root, Mapping) or len(root.entries) != 1:
        return None
    return root.entries[0].key.text


def _place(judged: Judged) -> Location | None:
    document = judged.document
    if document is None or not isinstance(document.root, Mapping):
        return None
    return document.place(document.root.entries[0].key)
