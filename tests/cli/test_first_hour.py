"""A person who does what the closing summary says, and nothing else, converts everything that can be converted."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from dagconv.cli.main import run

HEAD = (
    "from airflow import DAG\nfrom airflow.models import Variable\n"
    "from airflow.providers.amazon.aws.operators.s3 import S3ListOperator\n"
)


def dag(name: str, lines: str = "", bucket: str = "'b'", prefix: str = "''") -> str:
    task = f'    S3ListOperator(task_id="list", bucket={bucket}, prefix={prefix})\n'
    return f"{HEAD}{lines}\nwith DAG({name!r}, schedule=None):\n{task}"


FILES = {
    "plain": dag("plain"),
    "variable": dag("variable", bucket="Variable.get('bucket')"),
    "typed": dag("typed", "n = int(Variable.get('count'))", "Variable.get('cfg', deserialize_json=True)['name']"),
    "environment": dag("environment", "import os", bucket="os.environ['STAGE']"),
    "connection": dag("connection", "from airflow.hooks.base import BaseHook", "BaseHook.get_connection('db').host"),
    "code": "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\n"
    "def f():\n    print(1)\nwith DAG('code', schedule=None):\n    PythonOperator(task_id='p', python_callable=f)\n",
    "shift": dag("shift", prefix="'{{ ds }}'").replace("schedule=None", "schedule_interval='0 0 31 * *'"),
    "broken": "from airflow import DAG\nwith DAG('broken'\n",
}


def filled(value: object) -> object:
    """What a person writes for what is not filled in."""
    if isinstance(value, dict):
        return {name: filled(item) for name, item in value.items()}
    return "3" if value is None else value


def fill_in(folder: Path) -> None:
    variables = json.loads((folder / "variables.json").read_text())
    (folder / "variables.json").write_text(json.dumps(filled(variables)))
    connections = json.loads((folder / "connections.json").read_text())
    given = {name: {"conn_type": "aws", "host": "h"} for name in connections}
    (folder / "connections.json").write_text(json.dumps(given))
    lines = (folder / "environment.env").read_text()
    (folder / "environment.env").write_text(re.sub(r"^#(\w+)=$", r"\1=v", lines, flags=re.M))


@pytest.mark.airflow
def test_following_the_summary_converts_all_that_can_be(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    Path("dags").mkdir()
    Path("requirements.txt").write_text("apache-airflow==2.10.5\n")
    for name, text in FILES.items():
        Path(f"dags/{name}.py").write_text(text)
    call = ["convert", "dags", "-o", "out", "-q", "--format", "concise"]
    done: set[str] = set()
    for _ in range(5):
        run(call)
        err = capfd.readouterr().err
        summary = [line for line in err[err.rindex("\n", 0, err.index(" DAG")) :].splitlines() if line.startswith("  ")]
        assert len(summary) <= 12
        steps = {line.rpartition(": ")[2] for line in summary} - done
        for step in steps:
            if step.startswith("dag-converter inputs "):
                run(shlex.split(step.partition(", and")[0])[1:])
                capfd.readouterr()
                fill_in(Path("inputs"))
            elif step.startswith("--"):
                call += shlex.split(step)
        done |= steps
        if not any(step.startswith(("--", "dag-converter inputs")) for step in steps):
            break
    assert sorted(path.stem for path in Path("out").glob("*.yaml")) == sorted(FILES.keys() - {"broken"})
    assert "1 file needs work on the source: syntax-error (1), nothing else" in err
