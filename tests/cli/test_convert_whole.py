"""`convert` as a process with the real engine: one call over a folder with everything in it that can go wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

pytestmark = pytest.mark.airflow

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "report.schema.json").read_text())
DAG = """\
from airflow import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator

with DAG({dag_id!r}, schedule="@daily"):
    S3ListOperator(task_id="list", bucket="b", prefix={prefix!r})
"""


def dag(dag_id, prefix="p"):
    return DAG.format(dag_id=dag_id, prefix=prefix)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A folder of DAGs, good and bad, and a home in which nothing can be written."""
    root = tmp_path_factory.mktemp("project")
    files = {
        "good.py": dag("good", "é"),
        "CON.py": dag("con"),
        "twin_a.py": dag("Twin"),
        "twin_b.py": dag("tWIN"),
        "same_a.py": dag("same"),
        "same_b.py": dag("same"),
        "colours.py": "from airflow import DAG\nprint('\\x1b[2J')\nraise ValueError('\\x1b[31mred\\x07')\n",
        "exits.py": "import os\nfrom airflow import DAG\nos._exit(0)\n",
        "helper.py": "x = 1\n",
        "old/ignored.py": dag("ignored"),
        ".airflowignore": "old/\n",
        "bom.py": "\ufeff" + dag("bom").replace("\n", "\r\n"),
    }
    for name, text in files.items():
        path = root / "dags" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (root / "home").mkdir(mode=0o500)
    (root / "startup.py").write_text("raise SystemExit('PYTHONSTARTUP was read')\n")
    return root


@pytest.fixture(scope="module")
def outcome(project):
    """One call without a terminal, in the C locale, with a user's Python settings around it."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(project / "home"),
        "LC_ALL": "C",
        "PYTHONSTARTUP": str(project / "startup.py"),
        "AIRFLOW_HOME": str(project / "home"),
        "AIRFLOW__CORE__DAGS_FOLDER": "/nowhere",
        "AWS_SECRET_ACCESS_KEY": "s",
    }
    command = [sys.executable, "-m", "dagconv", "convert", "dags", "--output", "out"]
    return subprocess.run(
        [*command, "--output-file", "report.json", "--format", "json"],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=200,
    )


@pytest.fixture(scope="module")
def report(project, outcome):
    document = json.loads((project / "report.json").read_text())
    jsonschema.validate(document, SCHEMA)
    return {file["path"]: file for file in document["files"]}


def test_every_file_ends_in_one_state(outcome, report):
    assert outcome.returncode == 1, outcome.stderr
    assert {Path(path).name: file["status"] for path, file in report.items()} == {
        "good.py": "converted",
        "CON.py": "converted",
        "bom.py": "converted",
        "twin_a.py": "refused",
        "twin_b.py": "refused",
        "same_a.py": "refused",
        "same_b.py": "refused",
        "colours.py": "failed",
        "exits.py": "failed",
        "helper.py": "skipped",
        "old": "skipped",
    }


def test_what_was_proved_is_written_and_nothing_else(project, outcome, report):
    assert sorted(path.name for path in (project / "out").iterdir()) == ["%63on.yaml", "bom.yaml", "good.yaml"]
    assert outcome.stdout.decode().splitlines() == [
        line
        for name in ("%63on", "bom", "good")
        for line in ("YAML validation successful, no errors found", f"YAML written to out/{name}.yaml")
    ]
    assert report["dags/good.py"]["dags"][0]["proof"]["status"] == "equal"
    assert "prefix: é\n" in (project / "out" / "good.yaml").read_bytes().decode("utf-8")


def test_one_id_in_two_files_names_both(report):
    for name, other in (("same_a", "same_b"), ("same_b", "same_a")):
        (found,) = [one for one in report[f"dags/{name}.py"]["diagnostics"] if one["severity"] == "error"]
        text = json.dumps([found["message"], found["related"]])
        assert f"{other}.py" in text


def test_ids_that_differ_in_case_name_each_other(report):
    (found,) = [one for one in report["dags/twin_a.py"]["diagnostics"] if one["code"] == "DC914"]
    assert "tWIN of dags/twin_b.py" in found["message"]


def test_what_a_file_prints_or_raises_commands_no_terminal(project, outcome):
    assert b"\x1b" not in outcome.stderr + outcome.stdout
    again = subprocess.run(
        [sys.executable, "-m", "dagconv", "convert", "dags/colours.py", "-o", "out2"],
        cwd=project,
        capture_output=True,
        timeout=100,
    )
    assert again.returncode == 1
    assert b"\x1b" not in again.stderr
    assert b"\\x1b[31mred\\x07" in again.stderr


def test_nothing_but_kept_results_is_left_in_the_home_or_the_project(project, outcome):
    kept = project / "home" / ".cache" / "dagconv" / "results"
    assert {path for path in (project / "home").rglob("*") if not path.is_relative_to(kept)} == {*kept.parents[:2]}
    assert not {path.name for path in project.iterdir()} - {"dags", "home", "out", "again", "report.json", "startup.py"}
    assert b"PYTHONSTARTUP" not in outcome.stderr


def test_the_same_bytes_under_another_hash_seed(project, outcome):
    before = {path.name: path.read_bytes() for path in (project / "out").iterdir()}
    done = subprocess.run(
        [sys.executable, "-m", "dagconv", "convert", "dags", "--output", "again", "-q"],
        cwd=project,
        env={**os.environ, "PYTHONHASHSEED": "77"},
        capture_output=True,
        timeout=200,
    )
    assert done.returncode == 1
    assert {path.name: path.read_bytes() for path in (project / "again").iterdir()} == before


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_the_worker_and_leaves_nothing(tmp_path, sent, code):
    marker = tmp_path / "started"
    (tmp_path / "slow.py").write_text(f"import time\nopen({str(marker)!r}, 'w')\n# airflow dag\ntime.sleep(60)\n")
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "dagconv", "convert", "slow.py", "-o", "out"],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while not marker.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(sent)
    _, err = process.communicate(timeout=20)
    assert process.returncode == code, err
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "tmp").iterdir()) == []
    assert b"Traceback" not in err
