"""A DAG of 5,000 tasks and 100,000 edges: refused for its size, in seconds and without much memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.airflow

FAULTS = Path(__file__).parents[2] / "fixtures" / "faults"


def test_a_large_dag_is_refused_in_time_and_the_others_are_converted(tmp_path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "dagconv", "convert", str(FAULTS / "large"), str(FAULTS / "good")]
    # The time counted is that of the processors: this machine may have other things to do.
    done = subprocess.run(
        [*command, "--output", str(tmp_path), "--format", "json", "--timeout", "200"],
        capture_output=True,
        timeout=250,
        check=False,
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = {Path(file["path"]).parent.name: file for file in json.loads(done.stdout)["files"]}
    assert report["good"]["status"] == "converted"
    (error,) = (found for found in report["large"]["diagnostics"] if found["severity"] == "error")
    assert (error["code"], error["location"]["line"]) == ("DC602", 6)
    assert "above the service's limit of 51200" in error["message"]
    assert used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime < 30
    assert used.ru_maxrss < 1024 * 1024  # kilobytes, of the largest process
