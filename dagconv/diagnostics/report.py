"""The result of one call as plain data: per file its DAGs and findings; what every output format shows."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dagconv.diagnostics.model import Severity
from dagconv.diagnostics.rule import Diagnostic


class FileStatus(str, enum.Enum):
    """A file has the worst status of its DAGs; `valid` and `invalid` are those of `validate`."""

    CONVERTED = "converted"
    REFUSED = "refused"  # understood, and cannot be said in the target
    FAILED = "failed"  # could not be loaded
    SKIPPED = "skipped"  # holds no DAG
    VALID = "valid"
    INVALID = "invalid"


class ProofStatus(str, enum.Enum):
    EQUAL = "equal"
    DIFFERENT = "different"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Proof:
    """`declared` are the codes of the diagnostics that declare the differences found, sorted."""

    status: ProofStatus = ProofStatus.NONE
    declared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DagReport:
    """`output` is the file's path, None when nothing is written for this DAG."""

    dag_id: str
    status: FileStatus
    output: str | None = None
    proof: Proof = Proof()  # frozen


@dataclass(frozen=True, slots=True)
class FileReport:
    path: str
    status: FileStatus
    dags: tuple[DagReport, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`diagnostics` are those that belong to no file; `seconds` is the wall time of the call. `sources` says for each
    DAG root which Airflow its files are taken to be of, and why."""

    files: tuple[FileReport, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0
    sources: tuple[str, ...] = ()

    def all_diagnostics(self) -> Iterator[Diagnostic]:
        for file in self.files:
            yield from file.diagnostics
        yield from self.diagnostics

    def count(self, severity: Severity) -> int:
        return sum(1 for diagnostic in self.all_diagnostics() if diagnostic.severity is severity)

    def count_files(self, status: FileStatus) -> int:
        return sum(1 for file in self.files if file.status is status)


# Gives the lines of a file for a code frame, or None where it cannot be read.
SourceReader = Callable[[str], "list[str] | None"]
