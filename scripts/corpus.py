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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of DAG files inside a source distribution. `root` is what stands on sys.path, `folder` what is read."""

    name: str
    requirement: str
    root: str
    folder: str
    files: int
    pattern: str = "example_*.py"
    index_arguments: tuple[str, ...] = ("--no-binary", ":all:")
    requirements: tuple[str, ...] = ()  # what the files import beside Airflow


CORPORA = (
    Corpus(
        "system-tests",
        "apache-airflow-providers-amazon==9.32.0",
        "tests",
        "tests/system/amazon/aws",
        84,
        requirements=("pymongo", "opensearch-py"),
    ),
    Corpus(
        "amazon-2.4.0",
        "apache-airflow-providers-amazon==2.4.0",
        "airflow/providers/amazon/aws/example_dags",
        "airflow/providers/amazon/aws/example_dags",
        26,
    ),
    # Wheels, since building the metadata of a source distribution of 1.10 needs a Python of its time.
    Corpus(
        "airflow-1.10",
        "apache-airflow==1.10.15",
        "airflow/example_dags",
        "airflow/example_dags",
        24,
        "[a-z]*.py",
        index_arguments=(),
    ),
    Corpus(
        "airflow-1.10-contrib",
        "apache-airflow==1.10.15",
        "airflow/contrib/example_dags",
        "airflow/contrib/example_dags",
        35,
        "[a-z]*.py",
        index_arguments=(),
        requirements=("future", "google-api-core"),
    ),
    Corpus(
        "airflow-3.0.6",
        "apache-airflow-core==3.0.6",
        "airflow/example_dags",
        "airflow/example_dags",
        39,
        "[a-z]*.py",
        index_arguments=(),
    ),
    Corpus(
        "standard-1.21.0",
        "apache-airflow-providers-standard==1.21.0",
        "airflow/providers/standard/example_dags",
        "airflow/providers/standard/example_dags",
        20,
        "[a-z]*.py",
        index_arguments=(),
    ),
)


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


def run(corpus: Corpus, jobs: int) -> tuple[Sequence[FileReport], float]:
    started = time.monotonic()
    now = datetime.datetime.now(datetime.timezone.utc)
    options = CompileOptions(Options(now=now), jobs=jobs, inputs=inputs_of(corpus))
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
    for (status, code, slug), count in sorted(codes.items()):
        print(f"    {status:10} {code} {slug:40} {count:4}")
    return sound


def page(corpus: Corpus, reports: Sequence[FileReport]) -> str:
    """The table of one corpus; of a file that is not converted the lines of each error, by code."""
    counts = collections.Counter(report.status.value for report in reports)
    shown = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    lines = [f"\n## {corpus.name}\n", f"`{corpus.requirement}`, `{corpus.folder}`: {shown}.\n"]
    lines += ["| File | Status | What stands in the way (lines) |", "|---|---|---|"]
    for report in reports:
        errors: dict[str, set[int]] = collections.defaultdict(set)
        for diagnostic in report.diagnostics:
            if diagnostic.severity is Severity.ERROR and diagnostic.location is not None:
                errors[diagnostic.code].add(diagnostic.location.line or 0)
        why = "; ".join(f"{code} ({', '.join(map(str, sorted(errors[code])))})" for code in sorted(errors))
        lines.append(f"| {Path(report.path).name} | {report.status.value} | {why} |")
    return "\n".join(lines) + "\n"


def legend(reports: Sequence[FileReport]) -> str:
    """What each code of the tables means, and the rule of the contract that it keeps."""
    found = {d.rule for r in reports for d in r.diagnostics if d.severity is Severity.ERROR}
    lines = ["\n## Codes\n", "| Code | What was found | Source |", "|---|---|---|"]
    lines += [
        f"| {rule.code} | {rule.summary} | {'; '.join(map(str, rule.source))} |"
        for rule in sorted(found, key=lambda rule: rule.code)
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="CORPUS", help=", ".join(c.name for c in CORPORA))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the status and codes of each file here")
    parser.add_argument("--markdown", type=Path, help="write a table of the files and what stands in their way here")
    parser.add_argument("-v", "--verbose", action="store_true", help="say what stands in the way of each file")
    arguments = parser.parse_args()
    sound = True
    table = {}
    everything: list[FileReport] = []
    pages = ["# Files that nobody here wrote\n\nWritten by `scripts/corpus.py --markdown`.\n"]
    for corpus in CORPORA:
        if not arguments.names or corpus.name in arguments.names:
            reports, seconds = run(corpus, arguments.jobs)
            sound = show(corpus, reports, seconds, arguments.verbose) and sound
            pages.append(page(corpus, reports))
            everything.extend(reports)
            table[corpus.name] = {
                Path(r.path).name: [r.status.value, sorted({d.code for d in r.diagnostics})] for r in reports
            }
    if arguments.markdown:
        arguments.markdown.write_text("".join([*pages, legend(everything)]), encoding="utf-8")
    if arguments.json:
        arguments.json.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
