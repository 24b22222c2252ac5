"""The compiler on one screen: load, lower, emit, check and prove each file that discover has found."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dagconv.check.definition import check_definition
from dagconv.diagnostics.report import Proof, ProofStatus, Report
from dagconv.discover.source import SourceFile
from dagconv.emit.document import UnemittableError, emit_document
from dagconv.emit.writer import write_yaml
from dagconv.load.identity import Seen
from dagconv.load.process import Worker
from dagconv.load.reload import reload_definition
from dagconv.load.source import Limits, Loaded, load_source
from dagconv.lower.lowering import Lowering, Options
from dagconv.lower.passes import lower
from dagconv.prove.compare import Side, prove, prove_single
from dagconv.verdict import (
    DagOutcome,
    Definition,
    FileOutcome,
    at_source,
    conclude,
    has_error,
    settle_duplicates,
)

__all__ = ["ConvertRequest", "ConvertResult", "Definition", "convert"]

Progress = Callable[[SourceFile], None]


@dataclass(frozen=True, slots=True)
class ConvertRequest:
    """What to convert and how. `jobs` files are worked on at a time; `thorough` loads each file a second time in
    a worker with another hash seed, so that the order of sets shows."""

    files: tuple[SourceFile, ...]
    options: Options
    jobs: int = 1
    timeout: float = 30.0
    memory_mb: int = 1024
    thorough: bool = False


@dataclass(frozen=True, slots=True)
class ConvertResult:
    """`definitions` are those that were proved, in the order of the files."""

    report: Report
    definitions: tuple[Definition, ...]


@contextlib.contextmanager
def convert(request: ConvertRequest, *, on_progress: Progress | None = None) -> Iterator[ConvertResult]:
    """Converts all files before anything is handed out; definitions can be read until the context is left.

    Raises EngineMissingError without the extra `airflow`, InternalError on a bug of dagconv.
    """
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        spool = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dagconv-")))
        worker = stack.enter_context(Worker())
        again = stack.enter_context(Worker(hash_seed=1)) if request.thorough else worker
        for server in {worker, again}:
            server.preload(tuple(name for file in request.files for name in file.imports))
        stages = Stages(request, worker, again, spool)
        told = threading.Lock()

        def work(file: SourceFile) -> FileOutcome:
            outcome = stages.convert_file(file)
            with told:
                if on_progress is not None:
                    on_progress(file)
            return outcome

        with ThreadPoolExecutor(max(request.jobs, 1)) as pool:
            outcomes = list(pool.map(work, request.files))
        settle_duplicates(outcomes)
        yield ConvertResult(*conclude(outcomes, time.monotonic() - started))


@dataclass(frozen=True, slots=True)
class Stages:
    """The way of one file through the stages."""

    request: ConvertRequest
    worker: Worker
    again: Worker
    spool: Path

    @property
    def limits(self) -> Limits:
        return Limits(self.request.timeout, self.request.memory_mb)

    def convert_file(self, file: SourceFile) -> FileOutcome:
        path, root = Path(file.path).absolute(), Path(file.root).absolute()
        loaded = load_source(self.worker, path, root, self.limits, self.request.options.now, self.again)
        outcome = FileOutcome(file, list(loaded.diagnostics), failed=loaded.failed)
        for dag in loaded.dags:
            seen = Seen(str(path), dag.workflow.dag_id, dag.workflow.location, dag.origin)
            outcome.dags.append(self.convert_dag(seen, file, dag))
        return outcome

    def convert_dag(self, seen: Seen, file: SourceFile, source: Loaded) -> DagOutcome:
        """The first stage that refuses the DAG ends the work on it."""
        lowering = Lowering(source.workflow, self.request.options)
        lower(lowering)
        found = lowering.diagnostics
        if lowering.refused:
            return DagOutcome(seen, found)

        try:
            text = write_yaml(emit_document(lowering.workflow))
        except UnemittableError as error:
            return DagOutcome(seen, [*found, error.diagnostic(source.workflow)])
        name = f"{seen.dag_id}.yaml"
        found = found + at_source(source.workflow, check_definition(text, name, now=self.request.options.now))
        if has_error(found):
            return DagOutcome(seen, found)

        back = reload_definition(self.worker, text, name, self.limits)
        differences = at_source(source.workflow, back.diagnostics) or prove_single(source.workflow, back.dags)
        if not has_error(differences):
            (dag,) = back.dags
            reloaded = Side(dag.workflow, dag.witness, dag.schedule_text)
            original = Side(source.workflow, source.witness)
            differences += prove(original, lowering.workflow, lowering.changes, reloaded)
        declared = tuple(sorted({change.code for change in lowering.changes}))
        if has_error(differences):
            return DagOutcome(seen, found + differences, Proof(ProofStatus.DIFFERENT, declared))
        return DagOutcome(seen, found + differences, Proof(ProofStatus.EQUAL, declared), self.spooled(seen, file, text))

    def spooled(self, seen: Seen, file: SourceFile, text: str) -> Definition:
        number = sum(1 for _ in self.spool.iterdir())
        place = self.spool / f"{number}-{threading.get_ident()}.yaml"
        place.write_text(text, "utf-8")
        return Definition(seen.dag_id, file.path, place)
