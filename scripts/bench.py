"""Measures dagconv side by side with the other converter, with an older commit and with bare imports: `make bench`.

Machines are shared and noisy: commands that are compared run in turn, on two cores, and only ratios between runs of
one round count, of which the median is shown. Ours is what the wheel installs; the development environment, and the
commit from which the bars were set, stand beside it. Byte code is compiled everywhere, as pip leaves it: without it the
peer takes more than twice as long. `--readme` writes the table into README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import bench_inputs
from bench_inputs import dag_text, plain_dag_text
from bench_measure import Cost, adopt_orphans, cost_of, keep_to_cores, peak_memory, seconds_to_written
from bench_rows import CACHE_OPTION, TOO_LARGE, WATCH_OPTION, Row, converted, rows
from bench_table import Cells, Line, row_of, table, write_readme
from bench_venvs import NAMES, bin_of


@dataclass(slots=True)
class Bench:
    """Environments and inputs of one call, with the number of definitions that each input gives.

    `own` is the environment whose figures are ours.
    """

    folder: Path
    bins: Mapping[str, Path]
    own: str
    inputs: Mapping[str, Path]
    dags: Mapping[str, int]
    homes: dict[tuple[str, str], Path] = field(default_factory=dict)

    def command(self, template: Sequence[str], name: str, home: Path) -> list[str]:
        names = {key: str(path) for key, path in self.inputs.items()}
        words = [w.format(python=self.bins[name] / "python", out=home / "out", **names) for w in template]
        return words if "{python}" in template else [str(self.bins[name] / "dag-converter"), *words]

    def run(self, template: Sequence[str], name: str, row: Row | None = None) -> Cost:
        """One run in a fresh home, or in the one that the cache of a row of ours is kept in."""
        if row is None or not row.cached:
            with fresh_home(self.folder) as fresh:
                return self._timed(template, name, fresh, row.exits if row else (0,))
        home = self.homes.setdefault((row.name, name), self.folder / f"kept-{len(self.homes)}")
        if not home.exists():
            home.mkdir()
            self._timed(template, name, home, row.exits)
        if row.changed:
            with (self.inputs["folder"] / "dag_0.py").open("a") as file:
                file.write("# changed\n")
        return self._timed(template, name, home, row.exits)

    def _timed(self, template: Sequence[str], name: str, home: Path, exits: Sequence[int]) -> Cost:
        for left in self.folder.glob("in/**/__pycache__"):  # the peer's loads leave byte code beside the files
            shutil.rmtree(left)
        cost = cost_of(self.command(template, name, home), home, environment_of(home), exits)
        if template[0] == "convert" and "{out}" in template:
            self._require_outputs(template[1].strip("{}"), name, home / "out")
        return cost

    def _require_outputs(self, what: str, name: str, out: Path) -> None:
        """Raises SystemExit when a conversion did not write what it should have: then its time says nothing."""
        written = len([path for path in out.glob("**/*") if path.suffix in (".yaml", ".yml")])
        if written != self.dags[what]:
            raise SystemExit(f"{name} wrote {written} definitions of {what}, not {self.dags[what]}")

    def peak(self, template: Sequence[str], name: str) -> int:
        with fresh_home(self.folder) as home:
            return peak_memory(self.command(template, name, home), home, environment_of(home))

    def has(self, option: str, name: str) -> bool:
        command = [str(self.bins[name] / "dag-converter"), "convert", "--help"]
        return option in subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def measure(self, row: Row, runs: int) -> Line:
        """The row's line: commands in turn, every second round backwards, ratios round by round."""
        against = row.against or self.own
        beside = [name for name in row.beside if name in self.bins and name != self.own and name != row.against]
        if row.cached:
            beside = [name for name in beside if self.has(CACHE_OPTION, name)]
        jobs = {"ours": (self.own, row.ours), **{name: (name, row.ours) for name in beside}}
        if against in self.bins:
            jobs["theirs"] = (against, row.theirs)
        if row.floor:
            jobs["floor"] = (self.own, row.floor)
        costs: dict[str, list[Cost]] = {job: [] for job in jobs}
        for number in range(runs + 1):  # the first round warms up
            for job in list(jobs)[:: 1 if number % 2 else -1]:
                name, template = jobs[job]
                cost = self.run(template, name, None if job in ("theirs", "floor") else row)
                if number or not runs:
                    costs[job].append(cost)
        return Line(row.name, {job: cells(costs[job], costs.get("theirs")) for job in jobs}, row.wall, row.cpu)


@contextlib.contextmanager
def fresh_home(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="home-", dir=folder, ignore_cleanup_errors=True) as home:
        yield Path(home)


def cells(costs: Sequence[Cost], theirs: Sequence[Cost] | None) -> Cells:
    """Medians of a job's seconds and of its ratios, round by round."""
    pairs = list(zip(costs, theirs or (), strict=False))
    return Cells(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        statistics.median(a.wall / b.wall for a, b in pairs) if pairs else None,
        statistics.median(a.cpu / b.cpu for a, b in pairs) if pairs else None,
    )


def environment_of(home: Path) -> dict[str, str]:
    """A private home, and nothing of the caller's Airflow, Python or dagconv."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "PYTHON", "DAGCONV", "XDG_"))}
    return {**kept, "HOME": str(home), "AIRFLOW_HOME": str(home / "airflow")}


def further_file(bench: Bench, files: int, runs: int) -> Line:
    """What one more file costs: (1,000 files - `files`) / (1,000 - `files`), ours against the peer's."""
    few, many = (converted(what) for what in ("{folder}", "{thousand}"))
    jobs = {"ours": bench.own, **({"theirs": "peer"} if "peer" in bench.bins else {})}
    costs: dict[str, list[Cost]] = {job: [] for job in jobs}
    for _ in range(max(runs // 3, 1)):
        for job, name in jobs.items():
            less, more = (bench.run(template, name) for template in (few, many))
            count = 1000 - files
            costs[job].append(Cost((more.wall - less.wall) / count, (more.cpu - less.cpu) / count))
    return Line(
        f"per further file (1,000 against {files})", {j: cells(costs[j], costs.get("theirs")) for j in jobs}, 0.55, 1.1
    )


def watched(bench: Bench, runs: int) -> Line:
    """From a saved file to its written definition under `convert --watch`, against the peer's run of one file."""
    source = bench.inputs["one"]
    with fresh_home(bench.folder) as home:
        command = bench.command(converted(str(source.parent), WATCH_OPTION), bench.own, home)
        walls = seconds_to_written(command, home, environment_of(home), source, home / "out" / "one.yaml", max(runs, 1))
    ours = [Cost(wall, 0.0) for wall in walls]
    theirs = [bench.run(converted("{one}"), "peer") for _ in ours] if "peer" in bench.bins else None
    return Line("from a saved file to its definition, watching", {"ours": cells(ours, theirs)}, 0.08, None)


def memory(bench: Bench, large: bool) -> Iterable[str]:
    """Sentences about the largest proportional set size of the tree, with two loads at a time."""
    ours = bench.peak(converted("{folder}", "--jobs", "2"), bench.own)
    theirs = bench.peak(converted("{folder}"), "peer") if "peer" in bench.bins else None
    ratio = f", {ours / theirs:.2f} of the peer's {theirs >> 20} MiB (at most 1.7)" if theirs else ""
    yield f"Largest memory (PSS of the tree, -j2): {ours >> 20} MiB{ratio}."
    if large:
        few, many = (bench.peak(converted(w, "--jobs", "2"), bench.own) for w in ("{thousand}", "{ten_thousand}"))
        more = f"{many / few - 1:+.0%} (at most +10%)"
        yield f"10,000 files against 1,000: {many >> 20} MiB against {few >> 20} MiB, {more}."


def make_inputs(folder: Path, files: int, large: bool) -> dict[str, Path]:
    many = (dag_text(f"many_{number}", 10) for number in range(2 * files))
    inputs = {
        "one": bench_inputs.write_one(folder / "one" / "dag.py", dag_text("one", 10)),
        "folder": bench_inputs.write_files(folder / "folder", files, 10),
        "many": bench_inputs.write_one(folder / "many" / "dags.py", *many),
        "largest": bench_inputs.write_one(folder / "largest" / "dag.py", plain_dag_text("largest", 375)),
        "definitions": bench_inputs.write_definitions(folder / "definitions", 100),
    }
    for tasks in TOO_LARGE:
        name = f"tasks_{tasks}"
        inputs[name] = bench_inputs.write_one(folder / name / "dag.py", plain_dag_text(name, tasks))
    if large:
        inputs["thousand"] = bench_inputs.write_files(folder / "thousand", 1000, 10)
        inputs["ten_thousand"] = bench_inputs.write_files(folder / "ten_thousand", 10_000, 10)
    return inputs


def machine(cores: int, load: float, runs: int) -> str:
    system = f"{platform.machine()} {platform.system()}, {cores} cores of {os.cpu_count()}"
    return (
        f"{datetime.date.today():%Y-%m-%d}: {system}, load {load:.1f} at the start, "
        f"Python {platform.python_version()}, medians of rounds: {runs}."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--runs", type=int, default=5, help="counted rounds, after one that warms up; 0 counts that one"
    )
    parser.add_argument("--files", type=int, default=100, help="files of the large folder")
    parser.add_argument("--only", default=",".join(NAMES), help=f"environments to run: {','.join(NAMES)}")
    parser.add_argument("--rows", default="", help="only rows whose name this expression finds")
    parser.add_argument("--large", action="store_true", help="1,000 and 10,000 files too (an hour)")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    given = parser.parse_args(arguments)
    adopt_orphans()
    load = os.getloadavg()[0]
    cores = keep_to_cores(2)
    bins = {name: bin_of(name) for name in given.only.split(",")}
    own = "wheel" if "wheel" in bins else "dev"
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        dags = {"one": 1, "folder": given.files, "many": 2 * given.files, "largest": 1}
        dags |= {"thousand": 1000, "ten_thousand": 10_000} | {f"tasks_{tasks}": 0 for tasks in TOO_LARGE}
        bench = Bench(folder, bins, own, make_inputs(folder / "in", given.files, given.large), dags)
        lines = []
        for row in rows(given.files):
            if re.search(given.rows, row.name) and (not row.cached or bench.has(CACHE_OPTION, own)):
                print(f"{row.name} ...", file=sys.stderr, flush=True)
                lines.append(bench.measure(row, given.runs))
                print(row_of(lines[-1]), file=sys.stderr, flush=True)
        if re.search(given.rows, "watching") and bench.has(WATCH_OPTION, own):
            lines.append(watched(bench, given.runs))
        if given.large:
            lines.append(further_file(bench, given.files, given.runs))
        notes = [machine(cores, load, given.runs)]
        if re.search(given.rows, "memory"):
            notes += memory(bench, given.large)
        text = table(lines, notes)
        print(text)
        if given.readme:
            write_readme(text)
        return 0 if all(line.is_kept for line in lines) else 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
