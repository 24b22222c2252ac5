"""The hooks with the real pre-commit in a real repository: `make test-hooks` runs this, `make test` its light twin.

It needs the command `pre-commit` in PRE_COMMIT and a package index, from which pre-commit builds the environment of
`dag-converter-validate`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRE_COMMIT = os.environ["PRE_COMMIT"]
GOOD = """\
hello:
  tasks:
    list_objects:
      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator
      bucket: amzn-s3-demo-bucket
"""
DAG = """\
from airflow import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator

with DAG("etl", schedule="@daily"):
    S3ListOperator(task_id="list", bucket="b", prefix="one")
"""
CONFIG = f"""\
repos:
  - repo: {ROOT}
    rev: HEAD
    hooks:
      - id: dag-converter-validate
      - id: dag-converter-convert
        files: ^dags/
"""


def git(repository, *arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *arguments], cwd=repository, capture_output=True, text=True, check=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("repository")
    git(path, "init", "-q")
    head = git(ROOT, "rev-parse", "HEAD").stdout.strip()
    (path / ".pre-commit-config.yaml").write_text(CONFIG.replace("HEAD", head))
    (path / "pyproject.toml").write_text('[tool.dagconv]\noutput = "definitions"\n')
    (path / "dags").mkdir()
    git(path, "add", ".")
    return path


def run(repository, **files):
    """Writes and stages files, then runs the hooks on what is staged: (exit code, output)."""
    for name, text in files.items():
        path = repository / name.replace("__", "/").replace("_yaml", ".yaml").replace("_py", ".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    git(repository, "add", ".")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([PRE_COMMIT, "run"], cwd=repository, capture_output=True, text=True, env=environment)
    return done.returncode, done.stdout + done.stderr


def test_the_manifest_and_the_configuration_are_valid():
    for command, file in (
        ("validate-manifest", ".pre-commit-hooks.yaml"),
        ("validate-config", ".pre-commit-config.yaml"),
    ):
        done = subprocess.run([PRE_COMMIT, command, ROOT / file], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_good_definition_passes(repository):
    code, output = run(repository, hello_yaml=GOOD, other_yaml="just: data\n")
    assert code == 0, output
    git(repository, "commit", "-qnm", "good")


def test_a_bad_definition_fails_with_its_code(repository):
    code, output = run(repository, hello_yaml=GOOD.replace("bucket:", "buckett:"))
    assert code == 1
    assert "hello.yaml:5:7: DC365 error" in output
    git(repository, "reset", "-q", "--hard")


def test_a_stale_definition_fails_once_and_is_rewritten(repository):
    code, output = run(repository, dags__etl_py=DAG)
    assert code == 1, output
    assert "prefix: one" in (repository / "definitions" / "etl.yaml").read_text()
    code, output = run(repository)
    assert code == 0, output
    git(repository, "commit", "-qnm", "etl")
    code, output = run(repository, dags__etl_py=DAG.replace("one", "two"))
    assert code == 1
    assert "prefix: two" in (repository / "definitions" / "etl.yaml").read_text()
    assert run(repository)[0] == 0
    git(repository, "commit", "-qnm", "two")


def test_one_id_in_two_files_fails(repository):
    code, output = run(repository, dags__again_py=DAG.replace("one", "three"))
    assert code == 1
    assert "dags/etl.py" in output
    assert "prefix: two" in (repository / "definitions" / "etl.yaml").read_text()
    code, output = run(repository, dags__etl_py=DAG)
    assert code == 1
    assert "DC119" in output


def test_the_definition_of_a_deleted_file_fails(repository):
    git(repository, "reset", "-q", "--hard")
    git(repository, "rm", "-q", "dags/etl.py")
    code, output = run(repository)
    assert code == 1
    assert "DC917 error definitions/etl.yaml was generated from dags/etl.py, but that file is gone" in output
    git(repository, "rm", "-q", "definitions/etl.yaml")
    assert run(repository)[0] == 0


def test_try_repo_runs_the_validator(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "bad.yaml").write_text(GOOD.replace("bucket:", "buckett:"))
    git(tmp_path, "add", ".")
    done = subprocess.run(
        [PRE_COMMIT, "try-repo", ROOT, "dag-converter-validate", "--all-files"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "bad.yaml:5:7: DC365 error" in done.stdout
