"""Every conversion fixture, once through the whole compiler: `dag.py` gives `want.yaml` and `want.diag.txt`.

A case that is refused has no `want.yaml`, one without findings an empty `want.diag.txt`. `options.json`, where
present, holds options of the conversion.
"""

from __future__ import annotations

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from dagconv.diagnostics.report import FileReport, FileStatus, ProofStatus
from dagconv.discover.source import SourceFile
from dagconv.lower.lowering import Options
from dagconv.pipeline import CompileOptions, compiler

FIXTURES = Path(__file__).parent.parent / "fixtures"
# What fixtures/faults holds is loaded by tests/load, under limits.
CASES = sorted(
    str(file.parent.relative_to(FIXTURES))
    for file in FIXTURES.glob("*/*/want.diag.txt")
    if (file.parent / "dag.py").exists()
)
CASES = [case for case in CASES if not case.startswith("faults/")]
# Cases are written for this day, so that "past" and "future" stay what they are.
NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)

AMAZON = tuple(f"airflow.providers.amazon.aws.{kind}.s3" for kind in ("operators", "sensors"))

# The first test waits for all cases.
pytestmark = [pytest.mark.airflow, pytest.mark.timeout(900)]


class Outcome:
    """What the compiler made of one case."""

    def __init__(self, report: FileReport, texts: list[str]) -> None:
        self.report = report
        self.yaml = "---\n".join(texts)
        lines = [f"{d.location}: {d.code} {d.severity.value} {d.message}" for d in report.diagnostics]
        self.findings = "".join(f"{line}\n" for line in lines)


def _options(case: str) -> Options:
    file = FIXTURES / case / "options.json"
    given = json.loads(file.read_text()) if file.exists() else {}
    return Options(now=NOW, **{k: frozenset(v) if isinstance(v, list) else v for k, v in given.items()})


def run_cases(cases: list[str]) -> dict[str, Outcome]:
    """Converts each case by itself, with one worker for all; the working directory is fixtures/."""
    with compiler(CompileOptions(Options(now=NOW))) as shared, ThreadPoolExecutor(2) as pool:
        shared.worker.preload(AMAZON)

        def run(case: str) -> Outcome:
            running = replace(shared, options=CompileOptions(_options(case)))
            result = running.convert((SourceFile(f"{case}/dag.py", case, explicit=True),))
            return Outcome(result.report.files[0], [definition.text for definition in result.definitions])

        return dict(zip(cases, pool.map(run, cases), strict=True))


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> dict[str, Outcome]:
    """The outcomes of the cases that this run selected."""
    wanted = {item.callspec.params.get("case") for item in request.session.items if hasattr(item, "callspec")}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(FIXTURES)
        return run_cases([case for case in CASES if case in wanted])


@pytest.mark.parametrize("case", CASES)
def test_findings_are_those_that_were_reviewed(case: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[case].findings == _read(case, "want.diag.txt")


@pytest.mark.parametrize("case", CASES)
def test_definition_is_the_one_that_was_reviewed(case: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[case].yaml == _read(case, "want.yaml")


@pytest.mark.parametrize("case", CASES)
def test_what_is_written_was_proved(case: str, outcomes: dict[str, Outcome]) -> None:
    written = [dag for dag in outcomes[case].report.dags if dag.status is FileStatus.CONVERTED]
    assert {dag.proof.status for dag in written} <= {ProofStatus.EQUAL}
    assert len(written) == outcomes[case].yaml.count("\n  tasks:")


@pytest.mark.parametrize("case", CASES)
def test_every_declared_difference_was_told(case: str, outcomes: dict[str, Outcome]) -> None:
    report = outcomes[case].report
    declared = {code for dag in report.dags for code in dag.proof.declared}
    assert declared <= {diagnostic.code for diagnostic in report.diagnostics}


def _read(case: str, name: str) -> str:
    file = FIXTURES / case / name
    return file.read_text("utf-8") if file.exists() else ""
