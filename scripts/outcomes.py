"""What the cases of fixtures/ give today.

What lies in a case says what is done with it: `dag.py` is converted (`want.yaml`, where anything is written,
`want.package.txt` for its code packages), under limits in the area `faults`; `fires.yaml` is judged; `before.yaml` is
fixed (`after.yaml`, `after.unsafe.yaml`).
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cases import FIXTURES, WANT, Files, cases_with, findings_text, read_file

from dagconv.check.definition import check_definition
from dagconv.diagnostics import Diagnostic
from dagconv.diagnostics.report import FileReport
from dagconv.discover import discover
from dagconv.discover.source import SourceFile
from dagconv.fix.apply import fix_text
from dagconv.language.archive import read_archive
from dagconv.lower.lowering import Options
from dagconv.pipeline import CompileOptions, Compiler, compiler
from dagconv.wire.limits import Limits

# Cases are written for this day, so that "past" and "future" stay what they are.
NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
FAULTS = cases_with("dag.py", "faults")
CONVERTED = [case for case in cases_with("dag.py") if case not in FAULTS]
_PRELOADED = tuple(f"airflow.providers.amazon.aws.{kind}.s3" for kind in ("operators", "sensors"))


class Outcome:
    """What the compiler made of one file of a case; `texts` are its definitions, `packages` the packages with them."""

    def __init__(
        self, case: str, report: FileReport, texts: Sequence[str], folder: str = "", packages: Iterable[bytes] = ()
    ) -> None:
        self.report, self.status, self.texts = report, report.status, texts
        self.told = findings_text(case, report.diagnostics, folder)
        listed = "".join(map(package_text, packages))
        self.files: Files = {"want.yaml": "---\n".join(texts), "want.package.txt": listed, WANT: self.told}

    def messages(self, code: str) -> list[str]:
        return [one.message for one in self.report.diagnostics if one.code == code]


def package_text(package: bytes) -> str:
    """The files of a code package one after the other, each under its path."""
    files = read_archive(package)
    marks = {path: " (executable)" if file.executable else "" for path, file in files.items()}
    return "".join(f"===== {path}{marks[path]}\n{file.content.decode()}" for path, file in files.items())


def made_today(cases: Collection[str] | None = None) -> dict[str, Files]:
    """What the named cases give today, or all of them."""

    def chosen(among: Iterable[str]) -> list[str]:
        return [case for case in among if cases is None or case in cases]

    with limited() as running:
        faults = faults_files(loaded_as_asked(running, chosen(FAULTS)))
    return {
        **faults,
        **{case: checked(case) for case in chosen(cases_with("fires.yaml"))},
        **{case: fixed(case) for case in chosen(cases_with("before.yaml"))},
        **{case: outcome.files for case, outcome in converted(chosen(CONVERTED)).items()},
    }


def converted(cases: Sequence[str]) -> dict[str, Outcome]:
    """Converts each case by itself, with one worker for all; paths count from fixtures/."""
    if not cases:
        return {}
    with _inside(FIXTURES), compiler(CompileOptions(Options(now=NOW))) as shared, ThreadPoolExecutor(2) as pool:
        shared.worker.preload(_PRELOADED)

        def run(case: str) -> Outcome:
            running = replace(shared, options=options_of(case))
            result = running.convert((SourceFile(f"{case}/dag.py", case, explicit=True),))
            packages = [one.package for one in result.definitions if one.package is not None]
            texts = [definition.text for definition in result.definitions]
            return Outcome(case, result.report.files[0], texts, packages=packages)

        return dict(zip(cases, pool.map(run, cases), strict=True))


@contextmanager
def limited() -> Iterator[Compiler]:
    """The compiler that loads the cases of `faults`."""
    now = datetime.datetime.now(datetime.timezone.utc)
    with compiler(CompileOptions(Options(now=now), jobs=4, limits=Limits(memory_mb=256))) as running:
        yield running


def loaded(running: Compiler, cases: Collection[str], timeout: float = 30.0, jobs: int = 4) -> dict[str, Outcome]:
    """Converts cases of `faults` in one call: outcomes by `CASE`, those of further files of a case by `CASE/file.py`.

    They are copied first, each to a folder of its own, so that what they do to it is not done to the fixtures.
    """
    limits = replace(running.options.limits, timeout=timeout)
    using = replace(running, options=replace(running.options, jobs=jobs, limits=limits))
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name).resolve()
        for case in cases:
            shutil.copytree(FIXTURES / "faults" / case, folder / case)
        found = discover(sorted(str(path) for path in folder.glob("*/*.py")))  # each named, so none is passed over
        result = using.convert(found.files)
        outcomes = {}
        for report in (*result.report.files, *found.skipped):
            path = Path(report.path)
            texts = [one.text for one in result.definitions if one.source_path == report.path]
            case = path.parent.name
            outcome = Outcome(f"faults/{case}", report, texts, str(path.parent))
            outcomes[case if path.name == "dag.py" else f"{case}/{path.name}"] = outcome
    return outcomes


def loaded_as_asked(running: Compiler, cases: Iterable[str]) -> dict[str, Outcome]:
    """Outcomes of cases of `faults`; those with the same `options.json` are converted in one call."""
    calls = defaultdict[str, list[str]](list)
    for case in cases:
        calls[read_file(case, "options.json") or "{}"].append(case.removeprefix("faults/"))
    outcomes: dict[str, Outcome] = {}
    for options, together in calls.items():
        outcomes |= loaded(running, together, **json.loads(options))
    return outcomes


def faults_files(outcomes: Mapping[str, Outcome]) -> dict[str, Files]:
    """What is written down of cases of `faults`: what was said of each of their files."""
    told = defaultdict[str, str](str)
    for name in sorted(outcomes):
        told["faults/" + name.partition("/")[0]] += outcomes[name].told
    return {case: {WANT: text} for case, text in told.items()}


def checked(case: str) -> Files:
    """What is said of the definition in which the case's rule fires."""
    path = FIXTURES / case / "fires.yaml"
    return {WANT: findings_text(case, check_definition(path.read_bytes(), path.name, now=NOW))}


def fixed(case: str) -> Files:
    """What is said of a definition, and what the fixes make of it."""

    def judge(text: str) -> list[Diagnostic]:
        return check_definition(text, "before.yaml", now=NOW)

    before = read_file(case, "before.yaml")
    safe, unsafe = fix_text(before, judge), fix_text(before, judge, unsafe=True)
    return {WANT: findings_text(case, judge(before)), "after.yaml": safe.text, "after.unsafe.yaml": unsafe.text}


def options_of(case: str) -> CompileOptions:
    """How a case is converted: `prove`, and options of lowering."""
    given: dict[str, Any] = json.loads(read_file(case, "options.json") or "{}")
    accept, run = frozenset(given.pop("accept", ())), given.pop("prove", None) == "run"
    return CompileOptions(Options(now=NOW, accept=accept, **given), run=run)


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
