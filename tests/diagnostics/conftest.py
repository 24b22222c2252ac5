"""A report with every kind of finding in it, for the tests of the formats."""

from __future__ import annotations

import pytest

from dagconv.diagnostics import Effect, Location, Rule, Section, Severity
from dagconv.diagnostics.report import DagReport, FileReport, FileStatus, Proof, ProofStatus, Report

SOURCE = "dags/etl.py"
LINES = ["first", "\ttask = Operator(retries=7)", "third"]


def make_rule(code: str, slug: str, severity: Severity = Severity.ERROR, effect: Effect = Effect.REFUSED) -> Rule:
    return Rule(
        code=code,
        slug=slug,
        severity=severity,
        effect=effect,
        summary="A summary.",
        message="{text}",
        help="{advice}",
        why="Because.",
        example="x",
        fix="y",
        source=(Section("1.1"),),
    )


ERROR = make_rule("DC391", "sample-error")
WARNING = make_rule("DC392", "sample-warning", Severity.WARNING, Effect.CHANGED)
INFO = make_rule("DC393", "sample-info", Severity.INFO, Effect.NOTED)


@pytest.fixture
def lines():
    return {SOURCE: LINES}.get


@pytest.fixture
def report() -> Report:
    error = ERROR.at(
        Location(SOURCE, 2, 18, 2, 27),
        dag_id="etl",
        task_id="load",
        key="retries",
        related=(Location("dags/other.py", 7),),
        text="retries is 7, more than 3",
        advice="Lower it.",
    )
    warning = WARNING.at(Location(SOURCE, 1), text="changed", advice="")
    info = INFO.at(None, text="skipped: the file is empty", advice="")
    return Report(
        files=(
            FileReport(
                SOURCE,
                FileStatus.REFUSED,
                (
                    DagReport("etl", FileStatus.REFUSED),
                    DagReport("two", FileStatus.CONVERTED, "out/two.yaml", Proof(ProofStatus.EQUAL, ("DC392",))),
                ),
                (error, warning),
            ),
            FileReport("dags/empty.py", FileStatus.SKIPPED, (), (info,)),
        ),
        diagnostics=(WARNING.at(None, text="about the call", advice="Do it."),),
        seconds=1.23456,
    )
