"""A bug of dagconv's, or a file that ends the worker: that file is coded and reported, the others are converted."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys

import pytest

import dagconv.pipeline
from dagconv.cli.present import exit_code
from dagconv.diagnostics.report import FileStatus
from dagconv.discover import discover
from dagconv.errors import EngineBrokenError, UsageError
from dagconv.lower.lowering import Options

pytestmark = pytest.mark.airflow

DAG = """from airflow import DAG
from airflow.providers.standard.operators.empty import EmptyOperator
with DAG("{0}", schedule=None):
    EmptyOperator(task_id="t")
"""
KILLER = """import os, subprocess, time
subprocess.run(["kill", "-9", str(os.getppid())])
time.sleep(60)
"""


@pytest.fixture
def dags(tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(DAG.format(name))
    return tmp_path


def convert(running, folder):
    return running.convert(discover([str(folder)]).files)


def test_a_bug_ends_its_file_only(running, dags, monkeypatch):
    from dagconv.lower.passes import lower

    def broken(lowering):
        if lowering.workflow.dag_id == "b":
            raise KeyError("of a pass\nsecond line")
        lower(lowering)

    monkeypatch.setattr(dagconv.pipeline, "lower", broken)
    result = convert(running, dags)
    assert [definition.dag_id for definition in result.definitions] == ["a", "c"]
    statuses = [FileStatus.CONVERTED, FileStatus.FAILED, FileStatus.CONVERTED]
    assert [file.status for file in result.report.files] == statuses
    (found,) = result.report.files[1].diagnostics
    assert found.code == "DC180"
    assert "KeyError: 'of a pass\\nsecond line' at " in found.message
    assert ", dagconv/pipeline.py:" in found.message
    assert "with: dagconv 0." in found.help
    assert exit_code(result.report, result.report, strict=False) == 3


@pytest.mark.parametrize("error", [UsageError("no"), EngineBrokenError("no"), KeyboardInterrupt()])
def test_what_no_file_can_help_ends_the_call(dags, monkeypatch, error):
    def broken(lowering):
        raise error

    monkeypatch.setattr(dagconv.pipeline, "lower", broken)
    options = dagconv.pipeline.CompileOptions(Options(datetime.datetime.now(datetime.timezone.utc)))
    with dagconv.pipeline.compiler(options) as running, pytest.raises(type(error)):
        convert(running, dags)


def test_a_file_that_ends_the_worker_ends_alone(dags):
    (dags / "b.py").write_text("from airflow import DAG\n" + KILLER)
    command = [sys.executable, "-m", "dagconv", "convert", str(dags), "--jobs", "3", "--format", "json"]
    done = subprocess.run([*command, "-o", str(dags / "out")], capture_output=True, timeout=120, check=False)
    assert done.returncode == 3, done.stderr.decode()
    report = json.loads(done.stdout)
    assert [file["status"] for file in report["files"]] == ["converted", "failed", "converted"]
    (found,) = report["files"][1]["diagnostics"]
    assert found["code"] == "DC180"
    assert "the worker process ended" in found["message"]
    assert sorted(path.name for path in (dags / "out").iterdir()) == ["a.yaml", "c.yaml"]
