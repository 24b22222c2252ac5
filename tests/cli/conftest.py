"""A stand-in of the compiler, so that the command line is tested without Airflow.

A source file is text in which a line `dag ID` is a DAG, `refuse ID` one that is refused, `warn` a warning and
`fail` a file that cannot be loaded; `raise X` raises X. What these lines make of the words `airflow dag` in the
first line is discovery's business, as ever.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import dagconv.load.process
import dagconv.pipeline
from dagconv.cli.main import run
from dagconv.diagnostics import Effect, Location, Rule, Severity
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Proof, ProofStatus, Report
from dagconv.errors import EngineMissingError, InternalError
from dagconv.pipeline import ConvertResult
from dagconv.wire.reads import Reads

RAISED = {
    "engine": EngineMissingError("pip install 'dagconv[airflow]'"),
    "bug": InternalError("a bug"),
    "ctrl-c": KeyboardInterrupt(),
}


def rule(code: str, severity: Severity, effect: Effect) -> Rule:
    return Rule(code, f"sample-{code.lower()}", severity, effect, "s", "sample {dag_id}", "", "w", "e", "f", ())


REFUSED = rule("DC290", Severity.ERROR, Effect.REFUSED)
WARNED = rule("DC291", Severity.WARNING, Effect.CHANGED)
FAILED = rule("DC190", Severity.ERROR, Effect.REFUSED)


@dataclass(frozen=True)
class FakeDefinition:
    dag_id: str
    source_path: str
    text: str
    companions: dict[str, bytes] = field(default_factory=dict)
    package: bytes | None = None


class FakeCompiler:
    def convert(self, files, on_progress=None):
        reports, definitions = [], []
        for file in files:
            report, found = self.convert_file(file.path)
            reports.append(report)
            definitions += found
            if on_progress:
                on_progress(file, Reads(modules=(file.path,), variables=("bucket",), clock=True))
        return ConvertResult(Report(tuple(reports)), tuple(definitions))

    def convert_file(self, path):
        dags, found, definitions, status = [], [], [], FileStatus.CONVERTED
        for number, line in enumerate(Path(path).read_text().splitlines(), 1):
            word, _, name = line.partition("  #")[0].partition(" ")
            at = Location(path, number, 1)
            if word == "dag":
                dags.append(DagReport(name, FileStatus.CONVERTED, None, Proof(ProofStatus.EQUAL)))
                definitions.append(FakeDefinition(name, path, f"{name}:\n  schedule: é\n"))
            elif word == "refuse":
                dags.append(DagReport(name, FileStatus.REFUSED))
                found.append(REFUSED.at(at, dag_id=name))
                status = FileStatus.REFUSED
            elif word == "warn":
                found.append(WARNED.at(at, dag_id=name))
            elif word == "fail":
                found.append(FAILED.at(at, dag_id=name))
                status = FileStatus.FAILED
            elif word == "raise":
                raise RAISED[name]
        return FileReport(path, status if dags or found else FileStatus.SKIPPED, tuple(dags), tuple(found)), definitions


@contextlib.contextmanager
def fake_compiler(_options, _worker=None, _cache=None) -> Iterator[FakeCompiler]:
    yield FakeCompiler()


@pytest.fixture
def call(tmp_path, monkeypatch, capfdbinary):
    """Writes source files and runs the command line in their folder: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dagconv.pipeline, "compiler", fake_compiler)
    monkeypatch.setattr(dagconv.load.process, "Worker", contextlib.nullcontext)

    def run_call(*arguments: str, **files: str):
        for name, text in files.items():
            path = tmp_path / "dags" / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"# airflow dag\n{text}")
        code = run(arguments)
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return run_call
