"""From what the stages found about each file to the report of the call: duplicates, places, statuses."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from dagconv.diagnostics import Diagnostic, Location, Severity
from dagconv.diagnostics.ignoring import apply_ignores
from dagconv.diagnostics.lines import read_source_lines
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Proof, Report
from dagconv.discover.source import SourceFile
from dagconv.discover.source_airflow import shown
from dagconv.errors import InternalError
from dagconv.ir.source_airflow import SourceAirflow
from dagconv.ir.workflow import Workflow
from dagconv.language.secret import mask_secrets
from dagconv.load.comments import read_comments
from dagconv.load.given_secrets import masked
from dagconv.load.identity import Seen, find_duplicates, is_foreign

_DAG = re.compile(r"\bDAG\s*\(|@dag\b|\bdag\s*\(")  # what makes a DAG, as far as a line shows


@dataclass(frozen=True, slots=True)
class Definition:
    """A proved definition. Text and package wait in temporary files, so that memory does not grow with the call."""

    dag_id: str
    source_path: str
    spooled: Path
    spooled_package: Path | None = None
    needs: bytes = b""

    @property
    def package(self) -> bytes | None:
        """The code package that goes with it, where its tasks run code."""
        return None if self.spooled_package is None else self.spooled_package.read_bytes()

    @property
    def companions(self) -> Mapping[str, bytes]:
        """What is placed with the definition, by the suffix of its name."""
        package = self.package
        return {} if package is None else {".zip": package, ".needs.json": self.needs}

    @property
    def text(self) -> str:
        """The YAML, without a header line."""
        return self.spooled.read_text("utf-8")


@dataclass(frozen=True, slots=True)
class ConvertResult:
    """`definitions` are those that were proved, in the order of the files."""

    report: Report
    definitions: tuple[Definition, ...]


@dataclass(slots=True)
class DagOutcome:
    seen: Seen
    diagnostics: list[Diagnostic]
    proof: Proof = field(default_factory=Proof)
    definition: Definition | None = None


@dataclass(slots=True)
class FileOutcome:
    """`diagnostics` are those of the file itself; an error among them refuses all of its DAGs."""

    file: SourceFile
    diagnostics: list[Diagnostic] = field(default_factory=list)
    dags: list[DagOutcome] = field(default_factory=list)
    failed: bool = False


def has_error(diagnostics: Sequence[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


def at_source(workflow: Workflow, found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Findings about a definition of ours, moved to where the source says the same thing.

    Raises InternalError when an error has no place in the source: then dagconv has written what nobody asked for.
    """
    moved = []
    for diagnostic in found:
        place = workflow.locate(diagnostic.task_id, diagnostic.key)
        if place is None and diagnostic.severity is Severity.ERROR:
            raise InternalError(f"{diagnostic.code} about our own output: {diagnostic.message}")
        moved.append(replace(diagnostic, location=place, related=()))
    return moved


def settle_duplicates(outcomes: Sequence[FileOutcome]) -> None:
    """Takes DAGs whose id is defined twice out of the call, and those that another file of the call converts."""
    entries = [dag.seen for outcome in outcomes for dag in outcome.dags]
    files = frozenset(str(Path(outcome.file.path).absolute()) for outcome in outcomes)
    findings: dict[int, Diagnostic] = {id(seen): finding for seen, finding in find_duplicates(entries, files)}
    for outcome in outcomes:
        for dag in outcome.dags:
            finding = findings.get(id(dag.seen))
            if finding is not None:
                dag.definition = None
                dag.diagnostics.append(finding)
        outcome.diagnostics += [d for dag in outcome.dags if is_foreign(dag.seen, files) for d in dag.diagnostics[-1:]]
        outcome.dags = [dag for dag in outcome.dags if not is_foreign(dag.seen, files)]


def settle_modules(outcomes: Sequence[FileOutcome]) -> None:
    """Takes back the failure of a file that is a module of others and makes no DAG: they say what is wrong there."""
    said: Counter[tuple[str, Location]] = Counter()
    for outcome in outcomes:
        said.update({_name(found) for found in outcome.diagnostics})
    for outcome in outcomes:
        path = str(Path(outcome.file.path).absolute())
        repeated = [found for found in outcome.diagnostics if said[_name(found)] > 1 and _name(found)[1].file == path]
        if outcome.failed and repeated and not _makes_a_dag(path):
            outcome.diagnostics = [found for found in outcome.diagnostics if found not in repeated]
            outcome.failed = has_error(outcome.diagnostics)


def _name(found: Diagnostic) -> tuple[str, Location]:
    return found.code, found.location or Location("")


def _makes_a_dag(path: str) -> bool:
    return any(_DAG.search(line) for line in read_source_lines(path) or [])


def concluded(
    outcomes: Sequence[FileOutcome], airflows: Iterable[SourceAirflow], seconds: float, secrets: Collection[str] = ()
) -> ConvertResult:
    """What came of a call, once all of its files are looked at together."""
    settle_duplicates(outcomes)
    report, definitions = conclude(outcomes, seconds, secrets)
    sources = tuple(sorted({shown(airflow) for airflow in airflows} - {""}))
    return ConvertResult(replace(report, sources=sources), definitions)


def conclude(
    outcomes: Sequence[FileOutcome], seconds: float, secrets: Collection[str] = ()
) -> tuple[Report, tuple[Definition, ...]]:
    """The report, in which no secret stands, and the definitions that may be written."""
    settle_modules(outcomes)
    files, definitions = [], []
    for outcome in outcomes:
        spoiled = has_error(outcome.diagnostics)
        dags = []
        for dag in outcome.dags:
            written = dag.definition if not spoiled and not has_error(dag.diagnostics) else None
            status = FileStatus.CONVERTED if written else FileStatus.REFUSED
            dag_id = dag.seen.dag_id if written else masked(dag.seen.dag_id, secrets)
            dags.append(DagReport(dag_id, status, None, dag.proof))
            if written:
                definitions.append(written)
        found = [*outcome.diagnostics, *(d for dag in outcome.dags for d in dag.diagnostics)]
        kept = {dag.dag_id for dag in dags}
        shown = [without_secrets(_shown(d, outcome.file), secrets, kept) for d in dict.fromkeys(found)]
        if outcome.dags and not outcome.failed:  # else most of what a comment speaks of was never found
            shown = apply_ignores(read_comments(outcome.file.path), shown)
        diagnostics = tuple(sorted(shown, key=Diagnostic.sort_key))
        files.append(FileReport(outcome.file.path, _status(outcome, dags), tuple(dags), diagnostics))
    return Report(tuple(files), (), seconds), tuple(definitions)


def without_secrets(found: Diagnostic, secrets: Collection[str] = (), kept: Collection[str] = ()) -> Diagnostic:
    """The finding without `secrets` and what looks like one; the DAG ids that are `kept` are known to hold none."""
    params = tuple((k, mask_secrets(masked(v, secrets)) if isinstance(v, str) else v) for k, v in found.params)
    dag_id = found.dag_id if found.dag_id is None or found.dag_id in kept else masked(found.dag_id, secrets)
    task_id = masked(found.task_id, secrets) if found.task_id else found.task_id
    return replace(found, params=params, dag_id=dag_id, task_id=task_id)


def _status(outcome: FileOutcome, dags: Sequence[DagReport]) -> FileStatus:
    if outcome.failed:
        return FileStatus.FAILED
    statuses = {dag.status for dag in dags}
    if FileStatus.REFUSED in statuses or (not dags and has_error(outcome.diagnostics)):
        return FileStatus.REFUSED
    return FileStatus.CONVERTED if dags else FileStatus.SKIPPED


def _shown(diagnostic: Diagnostic, file: SourceFile) -> Diagnostic:
    """With paths as the user wrote them: workers know absolute ones only."""
    location = diagnostic.location or Location(file.path)
    related = tuple(_relabel(place, file) for place in diagnostic.related)
    here = f"{Path.cwd()}{os.sep}" if not Path(file.path).is_absolute() else ""
    params = tuple(
        (name, value.removeprefix(here) if isinstance(value, str) else value) for name, value in diagnostic.params
    )
    return replace(diagnostic, location=_relabel(location, file), related=related, params=params)


def _relabel(location: Location, file: SourceFile) -> Location:
    if location.file == str(Path(file.path).absolute()):
        return replace(location, file=file.path)
    if location.file.startswith(str(Path.cwd()) + os.sep):
        return replace(location, file=os.path.relpath(location.file))
    return location
