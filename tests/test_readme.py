"""The example in README.md is what the program does."""

from __future__ import annotations

import re
import shlex
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
    assert done.stdout == block("yaml")
    (finding,) = re.findall(r"^```\n(warning.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert finding in done.stderr


@pytest.mark.airflow
def test_four_commands_lead_to_a_definition(tmp_path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "nightly_sales.py").write_text(
        block("python").replace('"amzn-s3-demo-bucket"', 'Variable.get("bucket")', 1)
        .replace("\n\n", "\n\nfrom airflow.models import Variable\n", 1)
    )  # fmt: skip
    (commands,) = re.findall(r"^```\n(dag-converter init.*?)^```$", README, re.DOTALL | re.MULTILINE)
    for command in commands.splitlines():
        arguments = shlex.split(command, comments=True)[1:]
        done = subprocess.run(
            [sys.executable, "-m", "dagconv", *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        missing = arguments[0] == "inputs"  # a value is not given yet
        assert done.returncode == int(missing), (command, done.stdout, done.stderr)
        if missing:
            variables = tmp_path / "inputs" / "variables.json"
            variables.write_text(variables.read_text().replace("null", '"amzn-s3-demo-bucket"'))
    assert (tmp_path / "definitions" / "nightly_sales.yaml").read_text().split("\n", 1)[1] == block("yaml").split(
        "\n", 1
    )[1]
    assert "1 of 1 DAGs convert" in (tmp_path / "report.html").read_text()


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
