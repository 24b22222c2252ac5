"""Secrets, planted wherever dagconv reads, stand in nothing that it writes or says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dagconv.cli.main import run

# Each DAG would write one: its argument, or what stands in its place.
VALUES = (
    'Variable.get("db_password")',
    '"x-" + Variable.get("db_password") + "-y"',
    'Variable.get("cfg", deserialize_json=True)["nested"][0]["api_key"]',
    'Variable.get("plain_name")',
    'os.environ["API_TOKEN"]',
    'json.loads(os.environ["SETTINGS"])["client_secret"]',
    'BaseHook.get_connection("db").password',
    'BaseHook.get_connection("db").get_uri()',
    'BaseHook.get_connection("hook").extra_dejson["token"]',
    'BaseHook.get_connection("uri").password',
    'BaseHook.get_connection("uri").extra_dejson["private_key"]',
    '{"a": ["mysql://u:planted-12@h"]}',
    '"AKIAPLANTED012345678"',
)
DAG = """\
import json, os
from airflow import DAG
from airflow.hooks.base import BaseHook
from airflow.models import Variable
from airflow.providers.amazon.aws.operators.s3 import S3CreateObjectOperator

with DAG({name}, schedule=None{more}):
    S3CreateObjectOperator(task_id="put", s3_bucket="shown", s3_key="k", data={value})
"""
FILES = {
    **{f"value_{number}": DAG.format(name=f"'value_{number}'", more="", value=v) for number, v in enumerate(VALUES)},
    "param": DAG.format(name="'param'", more=', params={"x": Variable.get("db_password")}', value="'x'"),
    "owner": DAG.format(name="'owner'", more=', default_args={"owner": Variable.get("owner_token")}', value="'x'"),
    "id": DAG.format(name='"id_" + Variable.get("id_secret")', more="", value="'x'"),
    "task": DAG.format(name="'task'", more="", value="'x'").replace('"put"', 'Variable.get("id_secret")'),
    "number": DAG.format(name="'number'", more="", value='{"pin": int(Variable.get("pin_token"))}'),
    "raises": DAG.format(name="'raises'", more="", value="int(Variable.get('db_password'))"),
    "prints": DAG.format(name="'prints'", more="", value="print(Variable.get('db_password'))"),
    "mapped": DAG.format(name="'mapped'", more="", value="[{Variable.get('key_secret'): 1}]"),
    "said": DAG.format(name="'said'", more=", description='pw ' + Variable.get('text_password')", value="'x'"),
}
# What the source itself holds; such a file is shown with a line of its own, and an error may quote it.
HARD_CODED = (
    "BashOperator(task_id='a', bash_command='mysql --password=planted-21', env={'DB_PASSWORD': 'planted-22'})",
    "S3ListOperator(task_id='a', bucket='b', password='planted-23')",
    "PythonOperator(task_id='a', python_callable=print, op_kwargs={'api_key': 'planted-24'})",
    "S3ListOperator(task_id='a', bucket=Variable.get('db_password', 'mysql://u:planted-25@h'))",
    "raise ValueError('password=planted-26 of mysql://root:planted-27@h/x')",
    "S3ListOperator(task_id='a', bucket='b', pool='token=planted-28', executor_config={'password': 'planted-29'})",
)
HEAD = """\
from airflow import DAG
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
with DAG('{name}', schedule=None, tags=['password=planted-30'], default_args={{'email': 'token=planted-31'}}):
    {task}
"""
FILES |= {f"hard_{number}": HEAD.format(name=f"hard_{number}", task=task) for number, task in enumerate(HARD_CODED)}
CONFIGURATION = "[core]\nfernet_key = planted-32\nsql_alchemy_conn = postgresql://af:planted-33@h/x\n"
VARIABLES = {
    "db_password": "planted-01",
    "cfg": {"nested": [{"api_key": "planted-02"}]},
    "plain_name": "mysql://root:planted-03@h/x",
    "owner_token": "planted-04",
    "id_secret": "planted-05",
    "key_secret": "planted-06",
    "text_password": "planted-07",
    "pin_token": "73571642",
}
CONNECTIONS = {
    "db": {"conn_type": "postgres", "host": "h", "login": "u", "password": "planted-08"},
    "hook": {"conn_type": "http", "host": "h", "extra": json.dumps({"token": "planted-09"})},
    "uri": "ssh://u:planted-10@h/?private_key=planted-11",
}
ENVIRONMENT = 'API_TOKEN=planted-13\nSETTINGS={"client_secret": "planted-14"}\n'
INPUTS = ["--variables", "v.json", "--connections", "c.json", "--env-file", "e.env", "--airflow-config", "airflow.cfg"]
INPUTS += ["--source-airflow", "2"]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("dags").mkdir()
    for name, text in FILES.items():
        Path(f"dags/{name}.py").write_text(text)
    Path("v.json").write_text(json.dumps(VARIABLES))
    Path("c.json").write_text(json.dumps(CONNECTIONS))
    Path("e.env").write_text(ENVIRONMENT)
    Path("airflow.cfg").write_text(CONFIGURATION)
    return tmp_path


def planted(text: str) -> list[str]:
    return [line for line in text.splitlines() if re.search("planted-|AKIAPLANTED|73571642", line, re.I)]


@pytest.mark.airflow
@pytest.mark.timeout(600)
def test_no_secret_is_written_or_said(folder, capfd, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "kept"))
    convert = ["convert", "dags", "-o", "out", *INPUTS, "-v", "--format"]
    for call in ([*convert, "json"], [*convert, "full"], ["assess", "dags", *INPUTS, "--output", "report.html"]):
        assert run(call) == 1 or call[0] == "assess"
        said = capfd.readouterr()
        assert planted(said.out + said.err) == [], call
        assert "hard_0.py" in said.out + said.err or call[0] == "assess"
    names = {path.stem for path in Path("out").glob("*")}
    assert names == {"owner", "hard_5"}  # the service ignores what holds theirs, so it is not written
    kept = [path for path in Path("kept").rglob("*") if path.is_file()]
    assert kept
    for path in (*Path("out").glob("*"), Path("report.html"), *kept):
        assert planted(path.read_bytes().decode("utf-8", "replace")) == [], path


@pytest.mark.airflow
def test_who_accepts_it_gets_it_and_is_told(folder, capfd):
    code = run(["convert", "dags/value_0.py", "-o", "out", *INPUTS, "--accept", "secrets-in-definition"])
    err = capfd.readouterr().err
    assert (code, "warning[DC409]" in err, "planted-01" in err) == (0, True, False)
    assert "data: planted-01" in Path("out/value_0.yaml").read_text()
