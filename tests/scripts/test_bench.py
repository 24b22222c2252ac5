"""The bench runs, counts what descendants use, and compares round by round; what the figures are is not tested."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bench
import bench_table
import pytest
from bench_measure import Cost
from bench_rows import rows
from bench_table import Cells, Line, table, write_readme

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

linux = pytest.mark.skipif(sys.platform != "linux", reason="orphans and shares of memory are told by Linux only")

# Measured in a process of its own: adopting orphans would change the one that runs the tests.
MEASURE = """
import sys, tempfile
from pathlib import Path
sys.path.insert(0, {scripts!r})
from bench_measure import adopt_orphans, cost_of, peak_memory, seconds_to_written
adopt_orphans()
command = [sys.executable, "-c", {program!r}]
with tempfile.TemporaryDirectory() as folder:
    print({measured})
"""
# A grandchild whose own parent has gone burns half a second of processor time, and holds 60 MB.
ORPHAN = """
import os, subprocess, sys
work = "import time; x = bytearray(60_000_000)\\nwhile time.process_time() < 0.5: pass"
subprocess.Popen([sys.executable, "-c", work])
os._exit(0)
"""


def measured(program: str, measured: str) -> float:
    script = MEASURE.format(scripts=str(ROOT / "scripts"), program=program, measured=measured)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return float(done.stdout)


@linux
def test_processor_time_of_orphans_counts():
    assert measured(ORPHAN, 'cost_of(command, Path(folder), {"PATH": "/usr/bin"}).cpu') > 0.5


@linux
def test_memory_is_that_of_the_tree():
    tree = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; x = bytearray(60_000_000); "
    tree += "time.sleep(1)'])"
    both = measured(tree, 'peak_memory(command, Path(folder), {"PATH": "/usr/bin"})')
    assert 60_000_000 < both < 120_000_000


@linux
def test_a_command_that_fails_ends_the_bench():
    with pytest.raises(subprocess.CalledProcessError) as failed:
        measured("raise SystemExit(3)", 'cost_of(command, Path(folder), {"PATH": "/usr/bin"}).cpu')
    assert "ended with 3" in failed.value.stderr


# Copies its source's bucket to a file whenever it changes, as a converter that watches would.
WATCHER = """
import re, sys, time
from pathlib import Path
source, written = map(Path, sys.argv[1:])
while True:
    written.write_text(re.search("demo-bucket[-0-9]*", source.read_text())[0] + "\\n")
    time.sleep(0.2)
"""


@linux
def test_a_command_that_watches_is_timed_from_saving_to_writing(tmp_path):
    source, written = tmp_path / "dag.py", tmp_path / "one.yaml"
    source.write_text("bucket='demo-bucket'")
    arguments = f"{[sys.executable, '-c', WATCHER, str(source), str(written)]!r}, Path(folder), {{}}"
    call = f"max(seconds_to_written({arguments}, Path({str(source)!r}), Path({str(written)!r}), 3))"
    assert 0.0 < measured("", call) < 5.0
    assert written.read_text() == "demo-bucket-2\n"


# A row whose own command is to end with 1, against one that is to end well.
ROW = """
import sys, tempfile
from pathlib import Path
sys.path.insert(0, {scripts!r})
from bench import Bench, adopt_orphans
from bench_rows import Row
adopt_orphans()
fails, works = (["{{python}}", "-c", f"raise SystemExit({{code}})"] for code in (1, 0))
bins = dict(dev=Path(sys.executable).parent)
with tempfile.TemporaryDirectory() as folder:
    line = Bench(Path(folder), bins, "dev", dict(), dict()).measure(Row("a", {ours}, {theirs}, exits=(1,)), 2)
print(sorted(line.jobs))
"""


@linux
def test_only_our_own_command_may_end_otherwise():
    for ours, theirs, is_fine in (("fails", "works", True), ("works", "works", False), ("fails", "fails", False)):
        script = ROW.format(scripts=str(ROOT / "scripts"), ours=ours, theirs=theirs)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
        assert (done.returncode == 0) is is_fine, done.stderr
        assert not is_fine or done.stdout == "['ours', 'theirs']\n"


def test_ratios_are_taken_round_by_round():
    ours = [Cost(1.0, 2.0), Cost(30.0, 2.0), Cost(1.0, 2.0)]
    theirs = [Cost(2.0, 4.0), Cost(60.0, 1.0), Cost(4.0, 2.0)]
    assert bench.cells(ours, theirs) == Cells(1.0, 2.0, 0.5, 1.0)
    assert bench.cells(ours, None) == Cells(1.0, 2.0, None, None)


def test_a_bar_that_is_missed_is_said():
    kept = Line("a", {"ours": Cells(1.0, 1.0, 0.3, 0.5)}, 0.3, 0.5)
    missed = Line("b", {"ours": Cells(1.0, 1.0, 0.3, 0.6)}, 0.3, 0.5)
    assert (kept.is_kept, missed.is_kept) == (True, False)
    first, second = table([kept, missed], ["note"]).splitlines()[2:4]
    assert "missed" not in first
    assert "**missed**" in second


def test_the_readme_has_one_place_for_the_table(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text((ROOT / "README.md").read_text("utf-8"), "utf-8")
    write_readme("| new |", readme)
    write_readme("| newer |", readme)
    text = readme.read_text("utf-8")
    assert text.count("| newer |") == 1
    assert "| new |" not in text
    readme.write_text("no place", "utf-8")
    with pytest.raises(SystemExit):
        write_readme("| new |", readme)


def test_rows_name_inputs_that_are_made(tmp_path):
    inputs = bench.make_inputs(tmp_path / "in", 2, False)
    words = {word for row in rows(2) for command in (row.ours, row.theirs, row.floor) for word in command}
    asked = {word.strip("{}") for word in words if word.startswith("{")}
    assert asked - {"python", "out"} <= inputs.keys()
    assert len(list(inputs["folder"].iterdir())) == 2


@linux
@pytest.mark.airflow
def test_the_bench_runs_from_end_to_end():
    command = [sys.executable, str(ROOT / "scripts" / "bench.py"), "--only", "dev", "--files", "2", "--runs", "0"]
    done = subprocess.run([*command, "--rows", "one file cold"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    head, _, line, *rest = done.stdout.splitlines()
    assert head == bench_table.HEAD[0]
    assert line.startswith("| one file cold | ")
    assert float(line.split("|")[2].split()[0]) > 0
    assert any(" cores of " in note for note in rest)
