"""Runs files of fixtures/faults through the whole compiler, many in one call.

A comment at the end of a line of such a file names the codes that are expected there.
"""

from __future__ import annotations

import datetime
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dagconv.diagnostics import Severity
from dagconv.diagnostics.report import FileReport, FileStatus
from dagconv.discover import discover
from dagconv.lower.lowering import Options
from dagconv.pipeline import CompileOptions, Compiler, compiler
from dagconv.wire.limits import Limits

FAULTS = Path(__file__).parents[2] / "fixtures" / "faults"
_MARK = re.compile(r"# (DC\d{3}(?:, DC\d{3})*)\s*$")

Found = set[tuple[int | None, str]]


class Outcome:
    """What the compiler made of one file; `texts` are its definitions."""

    def __init__(self, path: Path, report: FileReport, texts: list[str]) -> None:
        self.path, self.report, self.texts = path, report, texts

    @property
    def found(self) -> Found:
        """Line and code of every error, and of every warning about loading."""
        return {
            (d.location.line if d.location else None, d.code)
            for d in self.report.diagnostics
            if d.severity is Severity.ERROR or (d.severity is Severity.WARNING and d.code.startswith("DC1"))
        }

    @property
    def expected(self) -> Found:
        """Line and code of every mark in the file."""
        lines = self.path.read_bytes().decode("utf-8", "replace").split("\n")
        marks = ((number, _MARK.search(line)) for number, line in enumerate(lines, 1))
        return {(number, code) for number, mark in marks if mark for code in mark[1].split(", ")}

    def messages(self, code: str) -> list[str]:
        return [d.message for d in self.report.diagnostics if d.code == code]

    @property
    def status(self) -> FileStatus:
        return self.report.status


class Batch(dict[str, Outcome]):
    """Outcomes by case; those of further files of a case by `case/file.py`."""


Convert = Callable[..., Batch]


@pytest.fixture(scope="session")
def running() -> Iterator[Compiler]:
    options = CompileOptions(
        Options(now=datetime.datetime.now(datetime.timezone.utc)), jobs=4, limits=Limits(memory_mb=256)
    )
    with compiler(options) as started:
        yield started


@pytest.fixture(scope="session")
def convert(running: Compiler, tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Converts the files of the named cases in one call, together with one that has no fault.

    They are copied first, each to a folder of its own, so that what they do to it is not done to the fixtures.
    """

    shared = running

    def convert(cases: list[str], running: Compiler = shared, timeout: float = 30.0, **options: object) -> Batch:
        folder = tmp_path_factory.mktemp("faults")
        for case in ("good", *cases):
            shutil.copytree(FAULTS / case, folder / case)
        found = discover(sorted(str(path) for path in folder.glob("*/*.py")))  # each named, so none is passed over
        limits = replace(running.options.limits, timeout=timeout)
        using = replace(running, options=replace(running.options, limits=limits, **options))
        result = using.convert(found.files)
        texts: dict[str, list[str]] = {}
        for definition in result.definitions:
            texts.setdefault(definition.source_path, []).append(definition.text)
        batch = Batch()
        for report in (*result.report.files, *found.skipped):
            path = Path(report.path)
            name = path.parent.name if path.name == "dag.py" else f"{path.parent.name}/{path.name}"
            batch[name] = Outcome(path, report, texts.get(report.path, []))
        return batch

    return convert
