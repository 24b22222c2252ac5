"""The compiler on one screen: load, lower, emit, check and prove each file that discover has found."""

from __future__ import annotations

import contextlib
import datetime
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from dagconv.cache.lasting import lasts_until, next_day
from dagconv.caching import Cache, Found, Made, find_all
from dagconv.check.rules.text.size import refuse_least_size
from dagconv.diagnostics import Diagnostic
from dagconv.diagnostics.report import Proof, ProofStatus
from dagconv.discover.source import SourceFile
from dagconv.discover.source_airflow import source_airflows
from dagconv.emit.document import UnemittableError, emit_document
from dagconv.emit.size import least_bytes
from dagconv.emit.writer import write_yaml
from dagconv.enacting import Enacting
from dagconv.errors import EngineBrokenError, UsageError
from dagconv.ir.rendering import RenderPlan
from dagconv.ir.source_airflow import SourceAirflow
from dagconv.ir.workflow import Workflow
from dagconv.load.failure import internal_error
from dagconv.load.generation import is_overruled
from dagconv.load.identity import Seen
from dagconv.load.process import Worker
from dagconv.load.reload import Packaged, reload_definition
from dagconv.load.reply import LoadResult
from dagconv.load.source import load_source, render_source
from dagconv.lower.lowering import Lowering
from dagconv.lower.passes import lower
from dagconv.options import CompileOptions
from dagconv.package.build import Package
from dagconv.package.obstacle import Obstacle
from dagconv.package.report_needs import needs_data
from dagconv.packing import check_packed, pack, prove_package, put
from dagconv.prove.compare import Side, prove, prove_single
from dagconv.prove.occasions import render_plan
from dagconv.prove.rendering import Told, prove_rendering
from dagconv.verdict import ConvertResult, DagOutcome, Definition, FileOutcome, at_source, concluded, has_error
from dagconv.wire.answer import Loaded
from dagconv.wire.reads import NO_READS, Reads, union
from dagconv.write.companions import with_checksum

__all__ = ["CompileOptions", "Compiler", "ConvertResult", "Definition", "compiler", "convert"]

# Called with each finished file and what loading it read.
Progress = Callable[[SourceFile, Reads], None]
# Called with each DAG that was loaded: the path of its file, what it is, and what lowering made of it.
OnDag = Callable[[str, Workflow, Workflow], None]


@contextlib.contextmanager
def compiler(options: CompileOptions, worker: Worker | None = None, cache: Cache | None = None) -> Iterator[Compiler]:
    """A compiler with its worker, which may run already. Raises EngineMissingError without the extra `airflow`."""
    with contextlib.ExitStack() as stack:
        spool = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dagconv-")))
        worker = worker or stack.enter_context(Worker())
        again = stack.enter_context(Worker(hash_seed=1)) if options.thorough else worker
        dags = stack.enter_context(ThreadPoolExecutor(max(options.jobs, 1)))
        yield Compiler(options, worker, again, spool, dags, cache=cache)


@contextlib.contextmanager
def convert(
    files: Sequence[SourceFile], options: CompileOptions, on_progress: Progress | None = None
) -> Iterator[ConvertResult]:
    """Converts the files of one call; the definitions can be read until the context is left."""
    with compiler(options) as running:
        yield running.convert(files, on_progress)


@dataclass(frozen=True, slots=True)
class Text:
    """A definition that is to be proved, with the code package that goes with it and where that lies."""

    name: str
    yaml: str
    package: Package | None
    packaged: Packaged | None


@dataclass(slots=True)
class Trail:
    """What the result of one file rests on: what was `read` for it, paths that packaging `looked` at, and the
    `workflows` that were compared with `now`."""

    now: datetime.datetime
    read: list[Reads] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)
    workflows: list[Workflow] = field(default_factory=list)
    started_ns: int = field(default_factory=time.time_ns)

    def reads(self) -> Reads:
        there = {path for path in self.looked if os.path.lexists(path)}
        looked = Reads(files=tuple(sorted(there)), absent=tuple(sorted(self.looked - there)))
        return union((*self.read, looked))

    def until(self) -> datetime.datetime:
        """What could not be loaded tells nothing of its dates."""
        return lasts_until(self.workflows, self.now) if self.workflows else next_day(self.now)


@dataclass(frozen=True, slots=True)
class Compiler:
    """The way of each file through the stages. Its definitions can be read until its context is left."""

    options: CompileOptions
    worker: Worker
    again: Worker
    spool: Path
    # For the DAGs of files that hold several.
    dags: ThreadPoolExecutor
    on_dag: OnDag | None = None
    cache: Cache | None = None

    def convert(self, files: Sequence[SourceFile], on_progress: Progress | None = None) -> ConvertResult:
        """Converts all files of a call before anything is handed out. Raises EngineBrokenError."""
        started = time.monotonic()
        told = threading.Lock()
        roots = source_airflows(files, self.options.lowering.source_airflow)
        # The stages of a kept result cannot be shown to anybody.
        cache = self.cache if self.on_dag is None else None
        kept = find_all(cache, files, roots, self.options) if cache is not None else {}
        for server in {self.worker, self.again}:
            server.preload(tuple(name for file in files if file.path not in kept for name in file.imports))

        def work(file: SourceFile) -> FileOutcome:
            outcome, reads = kept.get(file.path) or self._worked(file, roots[file.root], cache)
            with told:
                if on_progress is not None:
                    on_progress(file, reads)
            return outcome

        with ThreadPoolExecutor(max(self.options.jobs, 1)) as pool:
            try:
                outcomes = list(pool.map(work, files))
            except BaseException:
                # Interrupted: the threads wait for children, and end at once without their server.
                for server in {self.worker, self.again}:
                    server.close()
                raise
        if cache is not None and cache.kept:
            cache.folder.trim()
        return concluded(outcomes, roots.values(), time.monotonic() - started, self.options.lowering.secrets)

    def _worked(self, file: SourceFile, airflow: SourceAirflow, cache: Cache | None) -> Found:
        """What comes of the file, kept where that can be."""
        trail = Trail(self.options.lowering.now)
        try:
            found = self.convert_file(file, airflow, trail), trail.reads()
        except (UsageError, EngineBrokenError):
            raise
        except Exception as error:  # noqa: BLE001  # a bug ends the file that shows it, and no other
            return FileOutcome(file, [internal_error(file.path, error)], failed=True), NO_READS
        if cache is not None:
            cache.keep(file, airflow, self.options, found, Made(trail.started_ns, trail.until()))
        return found

    def convert_file(self, file: SourceFile, airflow: SourceAirflow, trail: Trail) -> FileOutcome:
        """What came of the file; `trail` takes what that rests on."""
        path, root = Path(file.path).absolute(), Path(file.root).absolute()
        loaded = load_source(
            self.worker,
            path,
            root,
            self.options.limits,
            self.options.lowering.now,
            self.again,
            inputs=self.options.inputs,
            code=self.options.lowering.code_package,
        )
        trail.read.append(loaded.reads)
        told = [found for found in loaded.diagnostics if not is_overruled(found, airflow)]
        spoiled = has_error(loaded.diagnostics)

        def work(dag: Loaded) -> DagOutcome:
            seen = Seen(str(path), dag.workflow.dag_id, dag.workflow.location, dag.origin)
            return self.convert_dag(seen, file, dag, airflow, trail, spoiled=spoiled)

        dags = list(self.dags.map(work, loaded.dags) if len(loaded.dags) > 1 else map(work, loaded.dags))
        return FileOutcome(file, told, dags, failed=loaded.failed)

    def convert_dag(
        self, seen: Seen, file: SourceFile, source: Loaded, airflow: SourceAirflow, trail: Trail, *, spoiled: bool
    ) -> DagOutcome:
        """The first stage that refuses the DAG ends the work on it; of a file that is `spoiled` none is proved."""
        lowering = Lowering(source.workflow, replace(self.options.lowering, root=airflow), code=source.code)
        lower(lowering)
        trail.workflows += (source.workflow, lowering.workflow)
        if self.on_dag is not None:
            self.on_dag(file.path, source.workflow, lowering.workflow)
        found = lowering.diagnostics
        if lowering.refused:
            return DagOutcome(seen, found)

        try:
            package = pack(lowering, file, source.workflow, self.options.inputs, trail.looked)
        except Obstacle as obstacle:
            return DagOutcome(seen, [*found, obstacle.diagnostic(seen.dag_id)])
        found = found + (package.findings(seen.dag_id, self.options.lowering.accept) if package else [])
        if has_error(found):
            return DagOutcome(seen, found)

        try:
            document = emit_document(lowering.workflow)
            if too_large := refuse_least_size(least_bytes(document)):
                return DagOutcome(seen, [*found, *at_source(source.workflow, [too_large])])
            text = write_yaml(document)
        except UnemittableError as error:
            return DagOutcome(seen, [*found, error.diagnostic(source.workflow)])
        name = f"{seen.dag_id}.yaml"
        checked = check_packed(text, name, lowering)
        found = found + at_source(source.workflow, checked)
        if spoiled or has_error(found):
            return DagOutcome(seen, found)

        packaged = put(package, lowering, self.spool, self.options.inputs) if package else None
        differences = self.differences(file, source, lowering, Text(name, text, package, packaged), trail)
        declared = tuple(sorted({change.code for change in lowering.changes}))
        if has_error(differences):
            return DagOutcome(seen, found + differences, Proof(ProofStatus.DIFFERENT, declared))
        needs = with_checksum(needs_data(seen.dag_id, package.needs)) if package else b""
        definition = self.spooled(seen, file, text, packaged, needs)
        return DagOutcome(seen, found + differences, Proof(ProofStatus.EQUAL, declared), definition)

    def differences(
        self, file: SourceFile, source: Loaded, lowering: Lowering, text: Text, trail: Trail
    ) -> list[Diagnostic]:
        """What the proof finds between a DAG and the definition that is to be written for it."""
        plan = render_plan(source.workflow, lowering.workflow, lowering.changes, lowering.runs)
        back, rendered = self.render_both(file, text, plan)
        trail.read += (back.reads, rendered.reads)
        found = at_source(source.workflow, back.diagnostics) or prove_single(source.workflow, back.dags)
        if has_error(found):
            return found
        (dag,) = back.dags
        reloaded = Side(dag.workflow, dag.witness, dag.schedule_text, text.yaml)
        found += prove(Side(source.workflow, source.witness), lowering.workflow, lowering.changes, reloaded)
        if text.package is not None:
            found += prove_package(source, dag, lowering, text.package)
        if plan is not None and not has_error(found):
            told = Told(lowering.changes, lowering.divergences)
            found += [one for one in rendered.diagnostics if has_error([one])] or prove_rendering(
                source.workflow, plan, told, rendered.rendering, back.rendering
            )
        if self.options.run and not has_error(found):
            enacting = Enacting(self.worker, file, self.options.limits, self.options.inputs)
            found += enacting.prove(lowering, text.name, text.yaml, text.packaged)
        return found

    def render_both(self, file: SourceFile, text: Text, plan: RenderPlan | None) -> tuple[LoadResult, LoadResult]:
        """The definition read back, and where there is a plan both sides rendered, beside one another."""

        def reload() -> LoadResult:
            return reload_definition(
                self.worker, text.yaml, text.name, self.options.limits, text.packaged, plan, written=True
            )

        if plan is None:
            return reload(), LoadResult()
        path, root = Path(file.path).absolute(), Path(file.root).absolute()
        now, limits, inputs = self.options.lowering.now, self.options.limits, self.options.inputs
        with ThreadPoolExecutor(1) as pool:
            code = self.options.lowering.code_package
            source = pool.submit(render_source, self.worker, path, root, limits, now, plan, inputs, code)
            return reload(), source.result()

    def spooled(self, seen: Seen, file: SourceFile, text: str, packaged: Packaged | None, needs: bytes) -> Definition:
        handle, place = tempfile.mkstemp(".yaml", dir=self.spool)
        with os.fdopen(handle, "w", encoding="utf-8") as spooled:
            spooled.write(text)
        return Definition(seen.dag_id, file.path, Path(place), packaged.path if packaged else None, needs)
