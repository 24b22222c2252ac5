"""A person who does what the closing summary says, and nothing else, converts everything that can be converted."""

from __future__ import annotations

import json
import os
import re
import shlex
import zipfile
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


# Kinds of trouble by name, each a file for the DAG id {0}; `plain` and `broken` are what no step changes.
KINDS = {
    "plain": dag("{0}"),
    "variable": dag("{0}", bucket="Variable.get('bucket')"),
    "typed": dag("{0}", "n = int(Variable.get('count'))", "Variable.get('cfg', deserialize_json=True)['name']"),
    "environment": dag("{0}", "import os", bucket="os.environ['STAGE']"),
    "connection": dag("{0}", "from airflow.hooks.base import BaseHook", "BaseHook.get_connection('db').host"),
    "module": dag("{0}", "from settings import BUCKET", bucket="BUCKET"),
    "package": dag("{0}", "import acme_tools", bucket="acme_tools.BUCKET"),
    "code": "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\n"
    "def f():\n    print(1)\nwith DAG('{0}', schedule=None):\n    PythonOperator(task_id='p', python_callable=f)\n",
    "shift": dag("{0}", prefix="'{{{{ ds }}}}'").replace("schedule=None", "schedule_interval='0 0 31 * *'"),
    "both": dag("{0}", "import acme_tools", bucket="Variable.get('bucket')").replace(
        "schedule=None", "schedule_interval='0 0 31 * *'"
    ).replace("prefix=''", "prefix='{{{{ ds }}}}'"),
    "broken": "from airflow import DAG\nwith DAG('{0}'\n",
}  # fmt: skip
# Behind DAGCONV_TEST_FULL the folder of an environment, else two files of each kind.
ROUNDS = 28 if os.environ.get("DAGCONV_TEST_FULL") else 2


def write_folder() -> set[str]:
    """An environment's checkout in the working directory; the ids of its DAGs that can be converted."""
    Path("dags").mkdir()
    Path("Dockerfile").write_text("FROM apache/airflow:2.10.5\n")
    Path("requirements.txt").write_text("./acme_tools-1.0-py3-none-any.whl\n")
    with zipfile.ZipFile("acme_tools-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("acme_tools.py", "BUCKET = 'b'\n")
        wheel.writestr("acme_tools-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme-tools\nVersion: 1.0\n")
        wheel.writestr(
            "acme_tools-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("acme_tools-1.0.dist-info/RECORD", "")
    Path("dags/settings.py").write_text("from airflow.models import Variable\nBUCKET = Variable.get('shared_bucket')\n")
    for number in range(ROUNDS):
        for kind, text in KINDS.items():
            Path(f"dags/{kind}_{number}.py").write_text(text.format(f"{kind}_{number}"))
    return {f"{kind}_{number}" for kind in KINDS for number in range(ROUNDS) if kind != "broken"}


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


# What is to be typed of a row; the step of packages goes on with what to do for modules of one's own.
STEP = re.compile(r": (dag-converter inputs .*(?=, fill them in)|--[^;]*)")


def rows_of(err: str) -> list[str]:
    """The closing summary: the rows below its head, which fit on one screen."""
    rows = [line for line in err[err.rindex("\n", 0, err.index(" DAG")) :].splitlines() if line.startswith("  ")]
    assert len(rows) <= 12
    return rows


@pytest.mark.airflow
@pytest.mark.timeout(900)
def test_following_the_summary_converts_all_that_can_be(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    wanted = write_folder()
    call = ["convert", "dags", "-o", "out", "-q", "--format", "concise"]
    done: set[str] = set()
    for _ in range(6):
        run(call)
        err = capfd.readouterr().err
        steps = {match[1] for row in rows_of(err) if (match := STEP.search(row))} - done
        for step in steps:
            if step.startswith("--"):
                call += shlex.split(step)
            else:
                run(shlex.split(step)[1:])
                capfd.readouterr()
                fill_in(Path("inputs"))
        done |= steps
        if not steps:
            break
    assert {path.stem for path in Path("out").glob("*.yaml")} == wanted
    assert re.search(rf"{ROUNDS} files need work on the source: syntax-error \({ROUNDS}\)", err)
