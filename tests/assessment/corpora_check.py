"""On files that nobody here wrote, the forecast equals what convert then does: `make test-corpora`.

Not collected by default, since the files come from the package index.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dagconv.assessment.asking import ask_files
from dagconv.assessment.conversion import converting
from dagconv.assessment.figures import Need
from dagconv.assessment.forecast import forecast
from dagconv.assessment.summary import forecast_rows, summary_rows
from dagconv.diagnostics import Means
from dagconv.diagnostics.report import FileReport, FileStatus
from dagconv.discover.source import SourceFile
from dagconv.load.asks import Ask
from dagconv.lower.lowering import Options
from dagconv.pipeline import CompileOptions, Compiler, compiler
from dagconv.wire.inputs import Inputs

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from corpora import CORPORA
from corpus import collect, inputs_of

NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc)
# Corpora of 1.10 say nothing that tells their release, so that a person would say it.
AIRFLOW = {"airflow-1.10": "1.10", "airflow-1.10-contrib": "1.10"}


def converted(files: Iterable[FileReport]) -> set[tuple[str, str]]:
    return {(file.path, dag.dag_id) for file in files for dag in file.dags if dag.status is FileStatus.CONVERTED}


def filled(inputs: Inputs, asks: Iterable[Ask], kinds: dict[str, str]) -> Inputs:
    """What a person gives, which is not what the forecast takes for it; `kinds` tells numbers and JSON from text."""
    own = {name: "7" if kind in ("1", "1.0") else kind.replace("placeholder", "mine") for name, kind in kinds.items()}
    wanted = {(ask.kind, ask.name) for ask in asks if not ask.has_default}
    values = {kind: {name: own.get(name, "mine") for k, name in wanted if k == kind} for kind, _ in wanted}
    connections = {
        name: json.dumps({"conn_type": "aws", "host": "mine", "login": "me"}) for name in values.get("connection", ())
    }
    return replace(
        inputs,
        variables={**values.get("variable", {}), **inputs.variables},
        environment={**values.get("environment", {}), **inputs.environment},
        connections={**connections, **inputs.connections},
    )


def by_hand(running: Compiler, files: Sequence[SourceFile], granted: Sequence[Need]) -> set[tuple[str, str]]:
    """All files anew with all that was granted, as one call with these options."""
    means = {need.means for need in granted}
    options = running.options
    inputs = replace(options.inputs, stub_missing=Means.PACKAGES in means)
    if Means.INPUTS in means:
        asked = ask_files(running.worker, files, options.limits, inputs)
        inputs = filled(inputs, (ask for one in asked.asks.values() for ask in one), asked.values)
    accept = frozenset(need.name for need in granted if need.means is Means.ACCEPT)
    lowering = replace(options.lowering, accept=accept, code_package=Means.CODE in means)
    running = replace(running, options=replace(options, inputs=inputs, lowering=lowering))
    return converted(running.convert(files).report.files)


@pytest.mark.airflow
@pytest.mark.timeout(0)
@pytest.mark.parametrize("corpus", CORPORA, ids=[corpus.name for corpus in CORPORA])
def test_the_forecast_equals_what_convert_then_does(corpus):
    files = collect(corpus)
    lowering = Options(now=NOW, source_airflow=AIRFLOW.get(corpus.name))
    with compiler(CompileOptions(lowering, jobs=2, inputs=inputs_of(corpus))) as running:
        today = running.convert(files).report
        found = forecast(today, converting(running, files))
        rows = [*summary_rows(found.today, ("dags/",)), *forecast_rows(found)]
        print(f"\n{corpus.name}", *(said for said, _ in rows), sep="\n  ")
        assert len(list(summary_rows(found.today, ("dags/",)))) <= 20  # one screen
        wanted = converted(today.files)
        for taken, step in enumerate(found.steps, 1):
            wanted |= step.opened
            assert by_hand(running, files, [one.need for one in found.steps[:taken]]) == wanted, step.need
    assert converted(found.end.files) == wanted
