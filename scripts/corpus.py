"""Converts DAG files that nobody here wrote and prints what became of each: `make corpus`.

The files come from the package index, by name, into an ignored cache; nothing of them is committed.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import json
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path

from corpora import CORPORA, Corpus, Recorded, read_record, write_record

from dagconv.diagnostics import Severity
from dagconv.diagnostics.report import FileReport, FileStatus
from dagconv.discover.source import SourceFile, examine
from dagconv.load.overlay import install_overlay
from dagconv.lower.lowering import Options
from dagconv.pipeline import CompileOptions, convert
from dagconv.wire.inputs import NO_INPUTS, Inputs

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".cache" / "corpus"
STAND_INS = ROOT / "scripts" / "stand_ins"


def download(corpus: Corpus) -> Path:
    """The unpacked source distribution, fetched once."""
    place = CACHE / corpus.name
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", *corpus.index_arguments]
        subprocess.run([*command, "-d", str(place), corpus.requirement], check=True)
        (archive,) = (*place.glob("*.tar.gz"), *place.glob("*.whl"))
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(place / "wheel")  # noqa: S202  # zipfile keeps to the folder
        else:
            with tarfile.open(archive) as packed:
                packed.extractall(place, filter="data")
        archive.unlink()
        (place / "complete").touch()
    (top,) = (child for child in place.iterdir() if child.is_dir())
    # The stand-ins lie where an environment has its plugins: beside the DAGs folder.
    shutil.copytree(STAND_INS, top / "plugins", dirs_exist_ok=True)
    return top


def collect(corpus: Corpus) -> tuple[SourceFile, ...]:
    top = download(corpus)
    found = sorted((top / corpus.folder).glob(corpus.pattern))
    files = tuple(
        source
        for path in found
        if isinstance(source := examine(str(path), str(top / corpus.root), explicit=True), SourceFile)
    )
    if len(files) != corpus.files:
        raise SystemExit(f"{corpus.name}: {len(files)} files instead of {corpus.files}")
    return files


def inputs_of(corpus: Corpus) -> Inputs:
    if not corpus.requirements:
        return NO_INPUTS
    file = CACHE / f"{corpus.name}-requirements.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(corpus.requirements) + "\n", encoding="utf-8")
    return Inputs(overlays=(str(install_overlay(file)),))


def run(
    corpus: Corpus, jobs: int, code_package: bool = False, accept: Collection[str] = ()
) -> tuple[Sequence[FileReport], float]:
    started = time.monotonic()
    now = datetime.datetime.now(datetime.timezone.utc)
    lowering = Options(now=now, code_package=code_package, accept=frozenset(accept))
    options = CompileOptions(lowering, jobs=jobs, inputs=inputs_of(corpus))
    with convert(collect(corpus), options) as result:
        return result.report.files, time.monotonic() - started


def show(corpus: Corpus, reports: Sequence[FileReport], seconds: float, verbose: bool) -> bool:
    """Prints the table; False when a file ended in no state, or a refusal names no line or reason."""
    statuses = collections.Counter(report.status.value for report in reports)
    print(f"{corpus.name}: {len(reports)} of {corpus.files} files in {seconds:.0f} s")
    for status in FileStatus:
        if statuses[status.value]:
            print(f"  {status.value:10} {statuses[status.value]:4}")
    codes: collections.Counter[tuple[str, str, str]] = collections.Counter()
    sound = len(reports) == corpus.files
    for report in reports:
        errors = [d for d in report.diagnostics if d.severity is Severity.ERROR]
        codes.update({(report.status.value, d.code, d.rule.slug) for d in errors})
        unexplained = report.status not in (FileStatus.CONVERTED, FileStatus.SKIPPED) and not errors
        placeless = [d for d in errors if d.location is None or d.location.line is None or not d.message]
        if unexplained or placeless:
            sound = False
            print(f"  NOT EXPLAINED {Path(report.path).name}: {[d.code for d in placeless]}")
        if verbose:
            print(f"  {report.status.value:10} {Path(report.path).name}")
            for diagnostic in errors:
                line = diagnostic.location.line if diagnostic.location else "?"
                print(f"      {line}: {diagnostic.code} {diagnostic.message}")
    print("  files per code:")
    for (ended, code, slug), count in sorted(codes.items()):
        print(f"    {ended:10} {code} {slug:40} {count:4}")
    return sound


def recorded(reports: Sequence[FileReport]) -> dict[str, Recorded]:
    """What became of each file of a corpus, and the lines of each of its errors by code."""
    files: dict[str, Recorded] = {}
    for report in reports:
        errors: dict[str, set[int]] = collections.defaultdict(set)
        for diagnostic in report.diagnostics:
            if diagnostic.severity is Severity.ERROR and diagnostic.location is not None:
                errors[diagnostic.code].add(diagnostic.location.line or 0)
        lines = {code: sorted(errors[code]) for code in sorted(errors)}
        files[Path(report.path).name] = {"status": report.status.value, "errors": lines}
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="CORPUS", help=", ".join(c.name for c in CORPORA))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--code-package", action="store_true", help="carry the code of tasks")
    parser.add_argument("--accept", action="append", default=[], metavar="LOSS", help="take a loss as a warning")
    parser.add_argument("--json", type=Path, help="write the status and codes of each file here")
    parser.add_argument("--record", action="store_true", help="write down what docs/corpora.md is made of")
    parser.add_argument("-v", "--verbose", action="store_true", help="say what stands in the way of each file")
    arguments = parser.parse_args()
    sound = True
    table = {}
    record = read_record()
    for corpus in CORPORA:
        if not arguments.names or corpus.name in arguments.names:
            reports, seconds = run(corpus, arguments.jobs, arguments.code_package, arguments.accept)
            sound = show(corpus, reports, seconds, arguments.verbose) and sound
            record[corpus.name] = recorded(reports)
            table[corpus.name] = {
                Path(r.path).name: [r.status.value, sorted({d.code for d in r.diagnostics})] for r in reports
            }
    if arguments.record:
        write_record({corpus.name: record[corpus.name] for corpus in CORPORA if corpus.name in record})
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
