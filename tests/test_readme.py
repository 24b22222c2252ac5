"""The example in README.md is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def block(language: str) -> str:
    match = re.search(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert match is not None
    return match[1]


@pytest.mark.airflow
def test_the_example_is_real(tmp_path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "nightly_sales.py").write_text(block("python"))
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", "convert", "dags/nightly_sales.py", "--output", "-", "--source-airflow", "2"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n", 1)[1] == block("yaml")
    (finding,) = re.findall(r"^```\n(warning.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert finding in done.stderr


def test_the_make_targets_exist():
    makefile = (Path(__file__).parents[1] / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert f"\n{target}:" in makefile
