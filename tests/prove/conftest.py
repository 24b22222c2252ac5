"""One worker for all tests of the proof, and DAGs compiled once: their definitions can be damaged and judged again."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from dagconv.diagnostics import Diagnostic
from dagconv.emit.document import emit_document
from dagconv.emit.writer import write_yaml
from dagconv.ir.change import Change
from dagconv.ir.workflow import Workflow
from dagconv.load.process import Worker
from dagconv.load.reload import reload_definition
from dagconv.load.source import load_source
from dagconv.lower.lowering import Lowering, Options
from dagconv.lower.passes import lower
from dagconv.prove.compare import Side, prove, prove_single
from dagconv.wire.answer import Loaded
from dagconv.wire.limits import Limits

NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
DAGS = Path(__file__).parent / "dags"
LIMITS = Limits(timeout=120)
MODULES = ("operators.batch", "operators.lambda_function", "operators.s3", "operators.step_function", "sensors.s3")

Rewrite = Callable[[Workflow], Workflow]
_RELOADED: dict[str, tuple[Sequence[Diagnostic], Sequence[Loaded]]] = {}


def _as_it_is(workflow: Workflow) -> Workflow:
    return workflow


@dataclass(frozen=True)
class Compiled:
    """A DAG, what lowering made of it, and its definition; `judge` proves another text or other stages against it."""

    worker: Worker
    source: Loaded
    lowered: Workflow
    changes: tuple[Change, ...]
    text: str

    def reload(self, text: str) -> tuple[Sequence[Diagnostic], Sequence[Loaded]]:
        if text not in _RELOADED:
            # As a conversion has it read, in the process that stays.
            back = reload_definition(self.worker, text, "definition.yaml", LIMITS, written=True)
            _RELOADED[text] = back.diagnostics, back.dags
        return _RELOADED[text]

    def reload_all(self, texts: Sequence[str]) -> None:
        """Reloads them beside one another, for tests that will ask for each."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self.reload, texts))

    def judge(
        self,
        text: str | None = None,
        *,
        source: Workflow | None = None,
        lowered: Workflow | None = None,
        changes: Sequence[Change] | None = None,
        read: Rewrite = _as_it_is,
    ) -> list[Diagnostic]:
        """What the pipeline's last stage finds; `read` damages what the reader makes of the reload."""
        text = self.text if text is None else text
        refused, dags = self.reload(text)
        found = list(refused) or prove_single(self.source.workflow, dags)
        if found:
            return found
        (dag,) = dags
        return prove(
            Side(source or self.source.workflow, self.source.witness),
            lowered or self.lowered,
            self.changes if changes is None else changes,
            Side(read(dag.workflow), dag.witness, dag.schedule_text, text),
        )


def _lowered_of(workflow: Workflow) -> Lowering:
    lowering = Lowering(workflow, Options(now=NOW))
    lower(lowering)
    return lowering


@pytest.fixture(scope="session")
def lowered_of() -> Callable[[Workflow], Lowering]:
    return _lowered_of


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker() as running:
        running.preload(tuple(f"airflow.providers.amazon.aws.{name}" for name in MODULES))
        yield running


@pytest.fixture(scope="session")
def load(worker: Worker) -> Callable[[str], Loaded]:
    """The DAG of a file in `dags/`, or with `file:dag_id` one of several."""
    files: dict[str, dict[str, Loaded]] = {}

    def load(name: str) -> Loaded:
        file, _, dag_id = name.partition(":")
        if file not in files:
            result = load_source(worker, DAGS / f"{file}.py", DAGS, LIMITS, NOW)
            # The proof has to see by itself what the loader tells of one of them.
            assert [str(d) for d in result.diagnostics if d.code != "DC160"] == []
            files[file] = {dag.workflow.dag_id: dag for dag in result.dags}
        return files[file][dag_id or file]

    return load


@pytest.fixture(scope="session")
def compile_dag(worker: Worker, load: Callable[[str], Loaded]) -> Callable[[str], Compiled]:
    """A DAG of `dags/`, compiled once for all tests."""
    done: dict[str, Compiled] = {}

    def compile_dag(name: str) -> Compiled:
        if name not in done:
            source = load(name)
            lowering = _lowered_of(source.workflow)
            assert not lowering.refused, lowering.diagnostics
            text = write_yaml(emit_document(lowering.workflow))
            done[name] = Compiled(worker, source, lowering.workflow, tuple(lowering.changes), text)
        return done[name]

    return compile_dag


@pytest.fixture(scope="session")
def judge_blind(worker: Worker) -> Callable[[Loaded, Rewrite], set[str]]:
    """The codes that come of converting a DAG as a damaged reader tells it, on both sides."""

    def judge_blind(source: Loaded, damage: Rewrite) -> set[str]:
        workflow = damage(source.workflow)
        lowering = _lowered_of(workflow)
        assert not lowering.refused, [d.message for d in lowering.diagnostics]
        text = write_yaml(emit_document(lowering.workflow))
        believed = Loaded(workflow, source.witness)
        compiled = Compiled(worker, believed, lowering.workflow, tuple(lowering.changes), text)
        return {d.code for d in compiled.judge(read=damage)}

    return judge_blind


@pytest.fixture(scope="session")
def reload_text(worker: Worker) -> Callable[[str], Sequence[Loaded]]:
    """The DAGs that the engine makes of a text which it must take."""

    def reload_text(text: str) -> Sequence[Loaded]:
        back = reload_definition(worker, text, "definition.yaml", LIMITS)
        assert [d.message for d in back.diagnostics] == []
        return back.dags

    return reload_text
