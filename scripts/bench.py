"""Measures dagconv against its peer and against bare imports, in turn, and prints ratios: `make bench`.

Machines are shared and noisy, so each pair runs alternately and only the ratio of each pair counts.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PEER = "python-to-yaml-dag-converter-mwaa-serverless==0.1.4"
PEER_VENV = ROOT / ".venv-peer"
EXAMPLE = ROOT / "fixtures" / "convert" / "create_s3_objects" / "dag.py"
DEFINITION = EXAMPLE.parent / "want.yaml"
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Pair:
    """Two commands and the largest ratio of their times that an issue allows. `{out}` is a fresh folder."""

    name: str
    ours: Sequence[str]
    theirs: Sequence[str]
    at_most: float


def pairs(peer: bool) -> list[Pair]:
    python, ours = sys.executable, str(BIN / "dag-converter")
    hundred = ["{hundred}"]
    imports = [python, "-c", "import click, ruamel.yaml, jsonschema"]
    found = [
        Pair("--help / import click", [ours, "--help"], [python, "-c", "import click"], 2.0),
        Pair(
            "validate one file / import click, ruamel.yaml, jsonschema",
            [ours, "validate", str(DEFINITION)],
            imports,
            1.5,
        ),
        Pair("validate 100 files of 4 KB / the same imports", [ours, "validate", *hundred], imports, 5.0),
    ]
    if peer:
        theirs = str(PEER_VENV / "bin" / "dag-converter")
        found.append(
            Pair(
                "convert one file, proved / peer's convert",
                [ours, "convert", str(EXAMPLE), "--output", "{out}"],
                [theirs, "convert", str(EXAMPLE), "--output", "{out}"],
                0.9,
            )
        )
    return found


def install_peer() -> None:
    """The peer in an environment of its own: it owns a script of the same name."""
    if not (PEER_VENV / "bin" / "dag-converter").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER_VENV)], check=True)
        subprocess.run([str(PEER_VENV / "bin" / "pip"), "install", "-q", PEER], check=True)


def seconds(command: Sequence[str], hundred: Path) -> float:
    """Wall time of one run, in a private home, with nothing of the caller's Airflow."""
    out = tempfile.mkdtemp(prefix="bench-")
    words = [word.replace("{out}", out).replace("{hundred}", str(hundred)) for word in command]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "PYTHON"))}
    environment.update(HOME=out, AIRFLOW_HOME=str(Path(out) / "airflow"))
    try:
        started = time.perf_counter()
        done = subprocess.run(words, cwd=out, env=environment, capture_output=True, text=True, check=False)
        spent = time.perf_counter() - started
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return spent
    finally:
        shutil.rmtree(out, ignore_errors=True)


def write_hundred(folder: Path) -> None:
    """A hundred definitions of about 4 KB each."""
    head, _, tasks = DEFINITION.read_text().partition("  tasks:\n")
    one, *_ = tasks.split("    create_object_2:")
    for number in range(100):
        count, text = 0, ""
        while len(text) < 3800:
            count += 1
            text += one.replace("create_object_1", f"create_object_{count}").replace("1.txt", f"{count}.txt")
        body = f"{head}  tasks:\n{text}".replace("create_s3_objects:", f"workflow_{number}:", 1)
        (folder / f"workflow_{number}.yaml").write_text(body)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="counted runs of each command, after one warm-up")
    parser.add_argument("--no-peer", action="store_true", help="leave out what needs the peer")
    arguments = parser.parse_args()
    if not arguments.no_peer:
        install_peer()
    kept = True
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        hundred = Path(folder)
        write_hundred(hundred)
        for pair in pairs(peer=not arguments.no_peer):
            for command in (pair.ours, pair.theirs):
                seconds(command, hundred)
            ratios = [seconds(pair.ours, hundred) / seconds(pair.theirs, hundred) for _ in range(arguments.runs)]
            median = statistics.median(ratios)
            kept = kept and median <= pair.at_most
            verdict = "kept" if median <= pair.at_most else "MISSED"
            print(
                f"{pair.name}: {median:.2f} (from {min(ratios):.2f} to {max(ratios):.2f}; "
                f"at most {pair.at_most:g}: {verdict})",
                flush=True,
            )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
