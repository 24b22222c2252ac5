"""The cases of fixtures/: what each gives today, in the files in which that is written down.

A case is a folder `AREA/CASE`, and what lies in it says what is done with it: `dag.py` is converted (`want.yaml`, where
anything is written), `fires.yaml` is judged, `before.yaml` is fixed (`after.yaml`, `after.unsafe.yaml`). What is said
of it stands in `want.diag.txt`, in one format for all: a line `PLACE: CODE SEVERITY MESSAGE` a finding, below it the
help where that depends on the finding, and at the end `CODE xTIMES` for what is only counted.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dagconv.check.definition import check_definition
from dagconv.diagnostics import Diagnostic
from dagconv.diagnostics.report import FileReport
from dagconv.discover.source import SourceFile
from dagconv.fix.apply import fix_text
from dagconv.lower.lowering import Options
from dagconv.pipeline import CompileOptions, compiler

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
WANT = "want.diag.txt"
# Cases are written for this day, so that "past" and "future" stay what they are.
NOW = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc)
# Said of nearly every DAG, so it is told in full only in the area that is about it.
COUNTED = {"DC309": "defaults"}
# What is in fixtures/faults is loaded by tests/load, under limits.
_APART = "faults"
_PRELOADED = tuple(f"airflow.providers.amazon.aws.{kind}.s3" for kind in ("operators", "sensors"))
_CODE = re.compile(r"^(?:\S+: )?(DC\d{3}) (?:x(\d+)$)?", re.MULTILINE)

Files = Mapping[str, str]
"""The files of a case that are written down, by name; one that is not there has the empty text."""


class Outcome:
    """What the compiler made of one case."""

    def __init__(self, case: str, report: FileReport, texts: Sequence[str]) -> None:
        self.report = report
        self.files: Files = {"want.yaml": "---\n".join(texts), WANT: findings_text(case, report.diagnostics)}


def cases_with(name: str) -> list[str]:
    """The cases in which a file of this name lies, as `AREA/CASE`."""
    found = (file.parent.relative_to(FIXTURES).as_posix() for file in FIXTURES.glob(f"*/*/{name}"))
    return sorted(case for case in found if not case.startswith(f"{_APART}/"))


def made_today(cases: Iterable[str] | None = None) -> dict[str, Files]:
    """What the named cases give today, or all of them."""
    wanted = None if cases is None else set(cases)

    def chosen(name: str) -> list[str]:
        return [case for case in cases_with(name) if wanted is None or case in wanted]

    return {
        **{case: checked(case) for case in chosen("fires.yaml")},
        **{case: fixed(case) for case in chosen("before.yaml")},
        **{case: outcome.files for case, outcome in converted(chosen("dag.py")).items()},
    }


def converted(cases: Sequence[str]) -> dict[str, Outcome]:
    """Converts each case by itself, with one worker for all; paths count from fixtures/."""
    if not cases:
        return {}
    with _inside(FIXTURES), compiler(CompileOptions(Options(now=NOW))) as shared, ThreadPoolExecutor(2) as pool:
        shared.worker.preload(_PRELOADED)

        def run(case: str) -> Outcome:
            running = replace(shared, options=CompileOptions(_options(case)))
            result = running.convert((SourceFile(f"{case}/dag.py", case, explicit=True),))
            return Outcome(case, result.report.files[0], [definition.text for definition in result.definitions])

        return dict(zip(cases, pool.map(run, cases), strict=True))


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


def findings_text(case: str, findings: Iterable[Diagnostic]) -> str:
    """The text of `want.diag.txt`."""
    area = case.partition("/")[0]
    rows, counted = [], Counter[str]()
    for one in findings:
        if COUNTED.get(one.code, area) != area:
            counted[one.code] += 1
            continue
        place = "-" if one.location is None else str(one.location).removeprefix(f"{case}/")
        rows.append(f"{place}: {one.code} {one.severity.value} {one.message}\n")
        if "{" in one.rule.help:
            rows.append(f"    help: {one.help}\n")
    return "".join([*rows, *(f"{code} x{times}\n" for code, times in sorted(counted.items()))])


def codes_of(text: str) -> Counter[str]:
    """How often each code stands in a `want.diag.txt`."""
    codes: Counter[str] = Counter()
    for code, times in _CODE.findall(text):
        codes[code] += int(times or 1)
    return codes


def read_file(case: str, name: str) -> str:
    """A file of a case with its line ends as they are; empty if it is not there."""
    path = FIXTURES / case / name
    return path.read_bytes().decode("utf-8") if path.exists() else ""


def write_files(case: str, files: Files) -> None:
    """Writes a case down; a file with nothing in it is removed, but for `want.diag.txt`."""
    for name, text in files.items():
        path = FIXTURES / case / name
        if text or name == WANT:
            path.write_bytes(text.encode("utf-8"))
        else:
            path.unlink(missing_ok=True)


def command(case: str) -> str:
    """What to run when a case gives something else on purpose."""
    return f"if this is wanted, run scripts/regen.py fixtures {case}, and read what it prints"


def _options(case: str) -> Options:
    given = json.loads(read_file(case, "options.json") or "{}")
    return Options(now=NOW, **{k: frozenset(v) if isinstance(v, list) else v for k, v in given.items()})


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
