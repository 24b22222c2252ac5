"""`cache` and `--no-cache` as a user types them."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from dagconv.cache.folder import open_cache
from dagconv.cli.main import run

DAG = """\
from airflow import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator

with DAG("etl", schedule="@daily"):
    S3ListOperator(task_id="list", bucket="b")
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "dagconv" / "results"


def test_info_and_clean(place, capsys):
    assert run(["cache", "info"]) == 0
    assert capsys.readouterr().out == f"{place}\n0 results, 0 bytes\n"
    assert not place.exists()
    open_cache().write("a", b"text")
    assert run(["cache", "clean"]) == 0
    assert capsys.readouterr().out == "removed 1 result, 69 bytes\n"
    assert run(["cache", "info"]) == 0
    assert "0 results" in capsys.readouterr().out


def test_clean_refuses_what_is_not_ours(place, capsys):
    place.mkdir(parents=True, mode=0o755)
    assert run(["cache", "clean"]) == 2
    assert "others than its owner" in capsys.readouterr().err


@pytest.mark.airflow
@pytest.mark.slow
def test_a_second_call_says_and_writes_the_same_without_an_engine(tmp_path, place):
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "etl.py").write_text(DAG)
    time.sleep(0.1)

    def convert(*more, python=()):
        command = [sys.executable, *python, "-m", "dagconv", "convert", "dags", "-o", "out", *more]
        done = subprocess.run(
            [*command, "--format", "json", "-v"], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        said = "\n".join(line for line in done.stdout.splitlines() if '"seconds"' not in line)
        return said, [line for line in done.stderr.splitlines() if not line.startswith("import time:")], done

    *cold, _ = convert()
    assert len(list(place.glob("*.result"))) == 1
    text = (tmp_path / "out" / "etl.yaml").read_bytes()
    (tmp_path / "out" / "etl.yaml").unlink()
    *warm, done = convert(python=("-X", "importtime"))
    assert warm == cold
    assert (tmp_path / "out" / "etl.yaml").read_bytes() == text
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "dagconv.caching" in imported
    assert imported & {"ruamel.yaml", "jsonschema", "dagconv.pipeline"} == set()

    used = {path: path.stat().st_mtime_ns for path in place.iterdir()}
    convert("--no-cache")
    assert {path: path.stat().st_mtime_ns for path in place.iterdir()} == used

    place.chmod(0o755)
    assert any("notice: the cache" in line for line in convert()[1])
