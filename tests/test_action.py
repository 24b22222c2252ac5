"""The GitHub Action and the container, as far as they can be tried without GitHub and without a container engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = {step.get("id", step.get("name", step.get("uses"))): step for step in ACTION["runs"]["steps"]}
TASK = "hello:\n  tasks:\n    a:\n      operator: {}\n      bucket: b\n"
GOOD = TASK.format("airflow.providers.amazon.aws.operators.s3.S3ListOperator")
BAD = TASK.format("airflow.operators.bash.NoSuchOperator")


def run_step(name, folder, **inputs):
    """A step's script as GitHub runs it: bash -eo pipefail, the inputs put into its environment."""
    step = STEPS[name]
    given = {key: spec.get("default", "") for key, spec in ACTION["inputs"].items()} | inputs
    environment = {
        key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: given[match[1]], value)
        for key, value in step["env"].items()
    }
    (folder / "script.sh").write_text(step["run"])
    runner = {
        name: str(folder / file) for name, file in (("GITHUB_OUTPUT", "outputs"), ("GITHUB_STEP_SUMMARY", "summary.md"))
    }
    path = f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "script.sh"],
        cwd=folder,
        env={
            **os.environ,
            **environment,
            **runner,
            "RUNNER_TEMP": str(folder),
            "GITHUB_ACTION_PATH": "/action",
            "PATH": path,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_no_input_is_put_into_a_script():
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert "uses" in step or step["shell"] == "bash"


@pytest.mark.parametrize(("text", "code", "level"), [(GOOD, 0, None), (BAD, 1, "error")])
def test_findings_become_sarif_and_a_summary(tmp_path, text, code, level):
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "hello.yaml").write_text(text)
    done = run_step("run", tmp_path, paths="definitions", arguments="--ignore DC309")
    assert done.returncode == code, done.stderr
    (output,) = (tmp_path / "outputs").read_text().splitlines()
    assert output == f"sarif={tmp_path / 'dagconv.sarif'}"
    results = json.loads((tmp_path / "dagconv.sarif").read_text())["runs"][0]["results"]
    assert {one["level"] for one in results if one["level"] == "error"} == ({level} if level else set())
    summary = (tmp_path / "summary.md").read_text().replace("\\", "")
    assert summary.startswith("## dagconv")
    assert ("definitions/hello.yaml" in summary) == (level is not None)


def test_a_hostile_path_is_a_path(tmp_path):
    done = run_step("run", tmp_path, paths="$(touch${IFS}owned);x`touch owned`")
    assert done.returncode == 2
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("command", "code", "installed"),
    [("validate", 0, "/action"), ("convert", 0, "/action[airflow]"), ("deploy", 2, "")],
)
def test_what_is_installed_is_what_the_command_needs(tmp_path, command, code, installed):
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "python"
    fake.write_text('#!/bin/sh\necho "${@}" > installed\n')
    fake.chmod(0o755)
    done = run_step("Install", tmp_path, command=command)
    assert done.returncode == code
    said = (tmp_path / "installed").read_text().split()[-1] if installed else ""
    assert said == installed


def test_the_container_is_made_of_what_is_there_and_runs_as_nobody_special():
    lines = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text("utf-8")).splitlines()
    steps = [(word, rest) for word, _, rest in (line.partition(" ") for line in lines) if word.isupper()]
    copied = [name for word, rest in steps if word == "COPY" for name in shlex.split(rest)[:-1]]
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert all((ROOT / name).exists() and name not in ignored for name in copied)
    for line in (
        'readme = "README.md"',
        'license-files = ["LICENSE"]',
        'packages = ["dagconv"]',
        '"schemas" = "dagconv/_schemas"',
    ):
        assert line in (ROOT / "pyproject.toml").read_text("utf-8")  # what building it needs is copied
    order = [word for word, _ in steps]
    assert order.index("USER") > order.index("RUN")
    assert dict(steps)["ENTRYPOINT"] == '["dag-converter"]'
    assert "docker build -t dagconv ." in (ROOT / "README.md").read_text("utf-8")
