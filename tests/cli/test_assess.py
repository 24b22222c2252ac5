"""`assess` over a small folder: real conversions, each form, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest

GOOD = """
from airflow.sdk import DAG
from airflow.providers.amazon.aws.operators.s3 import S3CreateBucketOperator

with DAG("good", schedule="0 2 * * *"):
    S3CreateBucketOperator(task_id="make", bucket_name="b", retries=0) >> S3CreateBucketOperator(
        task_id="again", bucket_name="c", retries=0
    )
"""
READS = """
from airflow.sdk import DAG, Variable
from airflow.providers.amazon.aws.operators.s3 import S3CreateBucketOperator

with DAG("reads", schedule=None):
    S3CreateBucketOperator(task_id="make", bucket_name=Variable.get("the_bucket"))
"""
CODE = """
from airflow.sdk import DAG, task

with DAG("code", schedule=None):

    @task
    def work():
        return 1

    work()
"""
BROKEN = "from airflow.sdk import DAG\nwith DAG(\n"


def assess(*arguments, cwd):
    command = [sys.executable, "-m", "dagconv", "assess", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("assess")
    (folder / "dags").mkdir()
    for name, text in {"good": GOOD, "reads": READS, "code": CODE, "broken": BROKEN}.items():
        (folder / "dags" / f"{name}.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def report(folder):
    done = assess("dags", "--output", "report.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "report.json").read_text())


def test_each_dag_ends_under_the_step_that_opens_it(report):
    assert {(dag["path"], dag["dag"]): dag["outcome"] for dag in report["dags"]} == {
        ("dags/broken.py", None): "cannot be read",
        ("dags/code.py", "code"): "with a code package",
        ("dags/good.py", "good"): "converts today",
        ("dags/reads.py", "reads"): "with inputs",
    }


def test_a_dag_shows_its_tasks_its_schedule_and_its_definition(report):
    (good,) = [dag for dag in report["dags"] if dag["dag"] == "good"]
    assert good["tasks"] == [["make", "S3CreateBucketOperator", []], ["again", "S3CreateBucketOperator", [0]]]
    assert good["schedule"]["before"]["words"] == good["schedule"]["after"]["words"] == "at 02:00 UTC"
    assert len(good["schedule"]["after"]["runs"]) == 3
    assert good["yaml"].startswith("good:\n")


def test_the_line_that_stops_a_file_is_shown(report):
    (place,) = [place for reason in report["reasons"] if reason["code"] == "DC112" for place in reason["places"]]
    assert place["file"] == "dags/reads.py"
    assert 'Variable.get("the_bucket")' in place["text"]


def test_the_page_and_a_table_are_written_by_the_name_of_the_output(folder):
    assert assess("dags/good.py", "-q", "-o", "report.html", cwd=folder).returncode == 0
    assert (folder / "report.html").read_text().startswith("<!doctype html>")
    done = assess("dags/good.py", "-q", "--format", "csv", cwd=folder)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["dag"], row["outcome"], row["tasks"]) for row in rows] == [("good", "converts today", "2")]
    assert not (folder / "definitions").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name DAG files or folders, or an environment"),
        (("dags", "--environment", "prod"), "name DAG files or folders, or an environment"),
        (("dags", "-o", "report.pdf"), "say --format"),
        (("empty",), "no DAG file was found in empty"),
    ],
)
def test_a_wrong_call_says_what_is_right(folder, arguments, said):
    (folder / "empty").mkdir(exist_ok=True)
    done = assess(*arguments, cwd=folder)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
