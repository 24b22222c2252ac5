"""The wheel in an environment with nothing but the declared dependencies: commands start, data files are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
VALID = """\
hello:
  schedule: 0 0 * * *
  tasks:
    list_objects:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: amzn-s3-demo-bucket
"""


def closure(name: str, found: set[str]) -> set[str]:
    """The distribution and all that it needs, without extras."""
    if name not in found:
        found.add(name)
        for line in metadata.requires(name) or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                closure(requirement.name, found)
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def scripts(wheel, tmp_path_factory) -> Path:
    """The folder of commands of an environment that has the wheel and, linked from ours, its declared dependencies."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, symlinks=True)
    (site,) = home.glob("lib/python*/site-packages")
    needed = closure("dagconv", set()) - {"dagconv"}
    for name in needed:
        for file in metadata.files(name) or ():
            top = file.parts[0]
            target = Path(str(metadata.distribution(name).locate_file(top)))
            if top not in ("..", "__pycache__") and not (site / top).exists():
                (site / top).symlink_to(target)
    command = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "-q", "--no-deps"]
    done = subprocess.run([*command, "--no-index", str(wheel)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return home / "bin"


def run(scripts, *arguments, **options):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [scripts / arguments[0], *arguments[1:]], capture_output=True, text=True, timeout=60, env=clean, **options
    )


def test_the_wheel_holds_the_schemas_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for file in (ROOT / "schemas").rglob("*.json"):
        assert f"dagconv/_schemas/{file.relative_to(ROOT / 'schemas').as_posix()}" in names
    assert "dagconv/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "fixtures/", "schemas/"))]


@pytest.mark.parametrize("name", ["dag-converter", "dagconv"])
def test_both_commands_start(scripts, name):
    done = run(scripts, name, "--version")
    assert done.returncode == 0, done.stderr
    assert f"dagconv {metadata.version('dagconv')}" in done.stdout
    assert "apache-airflow not installed" in done.stdout


def test_it_validates(scripts, tmp_path):
    (tmp_path / "good.yaml").write_text(VALID)
    (tmp_path / "bad.yaml").write_text(VALID.replace("bucket:", "buckett:"))
    done = run(scripts, "dag-converter", "validate", "good.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    done = run(scripts, "dag-converter", "validate", "bad.yaml", "--format", "concise", cwd=tmp_path)
    assert done.returncode == 1
    assert "bad.yaml:6:7: " in done.stdout
    assert "buckett" in done.stdout


def test_every_rule_is_explained(scripts):
    done = run(scripts, "dag-converter", "explain", "--all")
    assert done.returncode == 0, done.stderr


def test_convert_names_the_one_line_that_is_missing(scripts, tmp_path):
    (tmp_path / "dag.py").write_text("from airflow import DAG\n")
    done = run(scripts, "dag-converter", "convert", "dag.py", "-o", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'dagconv[airflow]'" in done.stderr


# A call of each verb that README says an installation is enough for.
CALLS = {
    "validate": ("validate", "good.yaml"),
    "schema": ("schema",),
    "operators": ("operators", "athena"),
    "explain": ("explain", "DC300"),
    "init": ("init", "dags"),
    "config": ("config",),
    "package": ("package", "show", "none.zip"),
    "workflow": ("workflow", "list"),
    "ui": ("ui", "--print"),
    "convert": ("convert", "dags", "-o", "out"),
    "inputs": ("inputs", "dags"),
    "assess": ("assess", "dags", "-o", "report.html"),
    "validate --deep": ("validate", "--deep", "good.yaml"),
}


def test_the_readme_says_what_needs_airflow(scripts, tmp_path, monkeypatch):
    rows = re.findall(r"^\| `pip install .*?` .*?\| (.*) \|$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    without, with_airflow, _ = (set(re.findall(r"`(.*?)`", row)) for row in rows)
    (tmp_path / "good.yaml").write_text(VALID)
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "dag.py").write_text("from airflow import DAG\nDAG('a')\n")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-2")
    # `migrate` asks for credentials first; tests/migrate/test_plan.py has its message.
    for verb in (without | with_airflow) - {"migrate"}:
        done = run(scripts, "dag-converter", *CALLS[verb], cwd=tmp_path)
        asked = "dagconv[airflow]" in done.stderr
        assert asked == (verb in with_airflow), (verb, done.stdout, done.stderr)
