"""`inputs --from-environment` with the real command line: what is read, what is written down, and what never is."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.airflow

SOURCE = """
from airflow.hooks.base import BaseHook
from airflow.models import Variable
from airflow.sdk import DAG

bucket = Variable.get("bucket")
settings = Variable.get("settings", deserialize_json=True)
password = Variable.get("db_password")
nested = Variable.get("nested")
stage = Variable.get("stage", default_var="dev")
absent = Variable.get("absent")
BaseHook.get_connection("warehouse")
BaseHook.get_connection("nowhere")
dag = DAG("etl", schedule=None)
"""
HELD = {
    "bucket": "data",
    "settings": '{"a": 1}',
    "db_password": "hunter2",
    "nested": '{"user": "u", "password": "***"}',
    "stage": "prod",
    **{f"other_{number:03}": "never asked for" for number in range(120)},
}


@pytest.fixture
def files(stand, tmp_path):
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "etl.py").write_text(SOURCE)
    stand.set(variables=HELD, connections=["warehouse", "other"])
    stand.set(environment={"AirflowConfigurationOptions": {"secrets.backend": "my.Backend"}})
    stand.verbs = "inputs"
    return tmp_path


def test_what_the_environment_holds_is_written_down(stand, files):
    out = files / "inputs"
    ran = stand.process(str(files / "dags"), "--template", str(out), "--from-environment", "Prod")
    assert ran.code == 1, ran.text  # Connections and secrets are still missing
    written = json.loads((out / "variables.json").read_text())
    assert written == {"bucket": "data", "settings": '{"a": 1}', "db_password": None, "nested": None, "absent": None}
    assert (out / "variables.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((out / "connections.json").read_text()) == {
        name: {"conn_type": None, "host": None} for name in ("nowhere", "warehouse")
    }
    for said in (
        "reading Variables, and names of Connections, of the environment Prod",
        "Variables found: bucket, settings\n",
        "left to you since they are secret: db_password, nested\n",
        "Connections found, their values left to you: warehouse\n",
        "not found: absent, nowhere\n",
        "my.Backend",
    ):
        assert said in ran.err
    assert "hunter2" not in ran.text + (out / "variables.json").read_text()
    assert set(stand.state()["calls"]) == {"mwaa:GetEnvironment", "mwaa:InvokeRestApi"}


def test_an_environment_that_does_not_answer_is_said(stand, files):
    ran = stand.process(str(files / "dags"), "--from-environment", "Elsewhere")
    assert ran.code == 2
    assert "--from-environment Elsewhere" in ran.err
    stand.set(environment={"Status": "UPDATING"})
    ran = stand.process(str(files / "dags"), "--from-environment", "Prod")
    assert ran.code == 2
    assert "UPDATING" in ran.err
