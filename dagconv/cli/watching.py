"""`convert --watch`: converts again what a saved file changes, by a server that stays warm (docs/adr/0012)."""

from __future__ import annotations

import contextlib
import datetime
import importlib.util
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from dagconv.cache.folder import open_cache
from dagconv.caching import Cache
from dagconv.cli.converting import about_the_call, check_sources, output_of, place
from dagconv.cli.kept import using_cache
from dagconv.cli.main import Terminated
from dagconv.cli.options import selection_of, settings_of
from dagconv.cli.present import show_report, summary_lines, without_known
from dagconv.cli.source import with_surroundings
from dagconv.diagnostics.render import DOCUMENT_FORMATS
from dagconv.diagnostics.render.terminal import safe
from dagconv.diagnostics.report import FileStatus, Report
from dagconv.diagnostics.selection import selected
from dagconv.discover import discover
from dagconv.discover.source_airflow import ignore_syntax
from dagconv.errors import UsageError
from dagconv.load.process import Worker
from dagconv.options import compile_options
from dagconv.write import Output, OutputStatus

if TYPE_CHECKING:  # it is imported while the server starts
    from dagconv.pipeline import Compiler
    from dagconv.settings import Settings

INSTALL_LINE = "pip install 'dagconv[watch]'"
# What else says what is to be done, and with what becomes of it.
_APART = (
    "check",
    "diff",
    "forecast",
    "auto",
    "fail_on_change",
    "bucket",
    "output_file",
    "write_baseline",
    "statistics",
)
# Milliseconds: until the watcher is sure to be there, and for which nothing more may be saved.
_READY, _SETTLED = 100, 50


def watch(sources: tuple[str, ...], flags: dict[str, Any]) -> NoReturn:
    """Converts all, then what each save changes; ends by an exception, as by Ctrl-C. Raises UsageError."""
    if importlib.util.find_spec("watchfiles") is None:
        raise UsageError(f"watchfiles tells what is saved, and is not installed: {INSTALL_LINE}")
    check_sources(sources, flags)
    settings = with_surroundings(settings_of(flags), sources, quiet=flags["quiet"])
    output = output_of(settings, flags)
    _refuse_others(settings, output, flags)
    inputs = compile_options(settings, _now()).inputs
    watched = [*(path if path.is_dir() else path.parent for path in map(Path, sources)), *map(Path, inputs.folders)]
    with _keeping(settings) as cache, Worker() as worker:
        saves = _saves(watched, Path(output))
        next(saves)  # the watcher is there before anything is read
        from dagconv.pipeline import compiler

        with compiler(compile_options(settings, _now()), worker) as running:
            rounds = _Rounds(sources, settings, flags, running, cache)
            rounds.convert(frozenset())
            while True:
                rounds.convert(next(saves))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def _refuse_others(settings: Settings, output: str, flags: dict[str, Any]) -> None:
    named = [f"--{name.replace('_', '-')}" for name in _APART if flags[name]]
    named += ["--output -"] if output == "-" else []
    form = settings.choice("format")
    named += [f"--format {form}"] if form in DOCUMENT_FORMATS else []
    if named:
        raise UsageError(f"--watch writes definitions each time and tells people; it does not go with {named[0]}")


@contextlib.contextmanager
def _keeping(settings: Settings) -> Iterator[Cache]:
    """Results of files are kept from save to save, in a folder of this call where there is no other."""
    with using_cache(settings) as cache, tempfile.TemporaryDirectory(prefix="dagconv-") as own:
        yield cache or Cache(open_cache(Path(own) / "results"), Path(own))


def _saves(folders: list[Path], output: Path) -> Iterator[frozenset[str]]:
    """Nothing at once, then the paths of each save, but for what is written to the output folder."""
    import watchfiles

    written = output.absolute()
    ended: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        ended.append(number)  # the watcher takes every exception of a handler for Ctrl-C
        raise Terminated

    signal.signal(signal.SIGTERM, end)
    found = watchfiles.watch(
        *dict.fromkeys(folders), step=_SETTLED, rust_timeout=_READY, yield_on_timeout=True, raise_interrupt=True
    )
    started = False
    try:
        for changes in found:
            paths = {path for _, path in changes if Path(path).parent != written or path.endswith(".py")}
            if paths or not started:
                started = True
                yield frozenset(paths)
    except KeyboardInterrupt:
        if ended:
            raise Terminated from None
        raise


@dataclass(slots=True)
class _Rounds:
    """One conversion of everything after the other; what did not change comes from the cache."""

    sources: tuple[str, ...]
    settings: Settings
    flags: dict[str, Any]
    running: Compiler
    cache: Cache
    last: Report = field(default_factory=Report)

    def convert(self, saved: frozenset[str]) -> None:
        """A wrong file of inputs, or a source that is gone, is said and waited for."""
        started = time.monotonic()
        try:
            # Texts of definitions lie there, of kept ones too, until they are placed.
            with tempfile.TemporaryDirectory(prefix="dagconv-") as spool:
                report, outputs = self._converted(Path(spool))
        except UsageError as error:
            click.echo(f"Error: {error}", err=True)
            return
        shown = without_known(selected(report, selection_of(self.settings).shows), self.settings, self.flags)
        shown = replace(shown, seconds=time.monotonic() - started)
        if not saved:
            show_report(shown, self.settings, sys.stderr, self.flags)
            click.echo(summary_lines(shown, (), self.settings, self.flags), err=True)
            click.echo(f"watching {', '.join(map(safe, self.sources))}; Ctrl-C ends it", err=True)
        else:
            show_report(_news(shown, self.last, saved), self.settings, sys.stderr, self.flags)
            click.echo(_line(saved, report, outputs, shown.seconds), err=True)
        self.last = shown

    def _converted(self, spool: Path) -> tuple[Report, tuple[Output, ...]]:
        options = compile_options(self.settings, _now())
        text = self.settings.text
        discovery = discover(self.sources, ignore_syntax(self.sources, text("airflowignore"), text("source-airflow")))
        running = replace(self.running, options=options, spool=spool, cache=replace(self.cache, spool=spool))
        result = running.convert(discovery.files)
        report = about_the_call(discovery.completed(result.report), self.settings)
        return place(result, report, Path(text("output") or ""), self.sources, self.settings, self.flags)


def _news(report: Report, last: Report, saved: frozenset[str]) -> Report:
    """What is said otherwise than the last time, and of the files that were saved all."""
    before = {file.path: file for file in last.files}
    files = [f for f in report.files if before.get(f.path) != f or str(Path(f.path).absolute()) in saved]
    found = [one for one in report.diagnostics if one not in last.diagnostics]
    return replace(report, files=tuple(files), diagnostics=tuple(found))


def _line(saved: frozenset[str], report: Report, outputs: tuple[Output, ...], seconds: float) -> str:
    there = {path for path in saved if Path(path).exists()}  # editors write beside the file, and rename
    names = sorted(_shown(path) for path in there or saved)
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    written = sum(one.status is OutputStatus.WRITTEN for one in outputs)
    dags = [dag for file in report.files for dag in file.dags]
    refused = sum(dag.status is FileStatus.REFUSED for dag in dags)
    failed = report.count_files(FileStatus.FAILED)
    parts = [f"{written} of {len(dags)} definitions written"]
    parts += [f"{refused} refused"] if refused else []
    parts += [f"{failed} {'file' if failed == 1 else 'files'} cannot be loaded"] if failed else []
    return f"{datetime.datetime.now():%H:%M:%S} {safe(names[0])}{more}: {', '.join(parts)} ({seconds:.2f} s)"


def _shown(path: str) -> str:
    """As seen from here where it lies below."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
