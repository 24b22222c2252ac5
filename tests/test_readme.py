"""The example in README.md is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dagconv.language.archive import read_archive

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


@pytest.mark.airflow
def test_the_example_of_packages_is_real(tmp_path):
    page = (Path(__file__).parents[1] / "docs" / "packages.md").read_text("utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (_, dag), (_, definition), (_, module), (_, entries) = blocks
    (tmp_path / "orders.py").write_text(dag)
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", "convert", "orders.py", "--output", ".", "--code-package"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "orders.yaml").read_text().split("\n", 2)[2] == definition
    files = read_archive((tmp_path / "orders.zip").read_bytes())
    assert files["orders.py"].content.decode().strip() == module.strip()
    assert files["orders_tasks.py"].content.decode().endswith(entries)


def test_the_make_targets_exist():
    makefile = (Path(__file__).parents[1] / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert f"\n{target}:" in makefile
