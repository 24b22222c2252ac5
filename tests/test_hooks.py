"""The hook manifest without pre-commit: known keys only, and entries that do what the hooks promise.

`make test-hooks` runs the same with the real thing (tests/cli/hooks_check.py).
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
KEYS = {
    *("id", "name", "description", "entry", "language", "files", "exclude", "types", "types_or", "args"),
    *("additional_dependencies", "always_run", "pass_filenames", "require_serial", "stages", "verbose"),
    *("language_version", "minimum_pre_commit_version"),
}
GOOD = "hello:\n  tasks:\n    a:\n      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
DAG = """\
from airflow import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator

with DAG("etl", schedule="@daily"):
    S3ListOperator(task_id="list", bucket="b")
"""


def run(hook, folder, *files):
    """The entry as pre-commit runs it: its words, then the names of the files."""
    command = shlex.split(HOOKS[hook]["entry"])
    assert command[0] == "dag-converter"
    return subprocess.run(
        [sys.executable, "-m", "dagconv", *command[1:], *files], cwd=folder, capture_output=True, text=True, timeout=120
    )


def test_the_manifest_has_known_keys_only():
    assert set(HOOKS) == {"dag-converter-validate", "dag-converter-convert"}
    for hook in HOOKS.values():
        assert not set(hook) - KEYS
        assert {"id", "name", "entry", "language", "types"} <= set(hook)


def test_validate_judges_definitions_and_passes_over_other_yaml(tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD + "      bucket: b\n")
    (tmp_path / "other.yaml").write_text("services: {}\n")
    (tmp_path / "bad.yaml").write_text(GOOD + "      buckett: b\n")
    done = run("dag-converter-validate", tmp_path, "good.yaml", "other.yaml")
    assert done.returncode == 0, done.stdout
    done = run("dag-converter-validate", tmp_path, "good.yaml", "other.yaml", "bad.yaml")
    assert done.returncode == 1
    assert "bad.yaml:5:7: DC365 error" in done.stdout


@pytest.mark.airflow
def test_convert_fails_once_and_rewrites(tmp_path):
    (tmp_path / "dagconv.toml").write_text('output = "definitions"\n')
    (tmp_path / "etl.py").write_text(DAG)
    (tmp_path / "setup.py").write_text("raise SystemExit('a hook must not run this')\n")
    done = run("dag-converter-convert", tmp_path, "etl.py", "setup.py")
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "definitions" / "etl.yaml").exists()
    done = run("dag-converter-convert", tmp_path, "etl.py", "setup.py")
    assert done.returncode == 0, done.stderr
