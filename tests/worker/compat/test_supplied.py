"""What a file gets of its environment: supplied values, its own defaults, replies, stubs; never this machine's."""

from __future__ import annotations

import datetime
import textwrap

import pytest

from dagconv.load.asks import list_asks
from dagconv.load.process import Worker
from dagconv.load.source import load_source
from dagconv.wire.inputs import AwsReply, Inputs
from dagconv.wire.limits import Limits

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.timezone.utc)
HEAD = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator
"""
BUCKETS = AwsReply("s3", "ListBuckets", {}, {"Buckets": [{"Name": "orders"}]})

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def worker():
    with Worker() as running:
        yield running


@pytest.fixture
def dag_file(tmp_path):
    def write(body):
        path = tmp_path / "dags" / "etl.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + textwrap.dedent(body))
        return path

    return write


def loaded(worker, path, **supplied):
    inputs = Inputs(**supplied)
    result = load_source(worker, path, path.parent, Limits(), NOW, inputs=inputs)
    return [dag.workflow.dag_id for dag in result.dags], [d.code for d in result.diagnostics]


def test_variables_and_options_are_taken_from_what_was_supplied(worker, dag_file):
    path = dag_file("""
        from airflow.configuration import conf
        from airflow.models import Variable
        number = Variable.get("conf", deserialize_json=True)["n"]
        dag = DAG(f"{Variable.get('name')}{number}{conf.get('core', 'x')}", schedule=None)
    """)
    supplied = {"variables": {"name": "etl", "conf": '{"n": 7}'}, "configuration": {"core.x": "y"}}
    assert loaded(worker, path, **supplied) == (["etl7y"], ["DC150"] * 3)
    assert loaded(worker, path)[1] == ["DC112"]


@pytest.mark.parametrize(
    "connection", ["postgres://u:p%40ss@h:5432/db?sslmode=on", '{"conn_type": "postgres", "host": "h", "port": 5432}']
)
def test_connections_are_read_from_uri_and_mapping(worker, dag_file, connection):
    path = dag_file("""
        from airflow.hooks.base import BaseHook
        found = BaseHook.get_connection("db")
        dag = DAG(f"{found.conn_type}-{found.host}-{found.port}", schedule=None)
    """)
    assert loaded(worker, path, connections={"db": connection}) == (["postgres-h-5432"], ["DC150"])
    assert loaded(worker, path)[1] == ["DC114"]


def test_this_machine_s_environment_is_not_the_file_s(worker, dag_file):
    path = dag_file("""
        import os
        dag = DAG(os.environ.get("HOME", "default").replace("/", "_"), schedule=None)
    """)
    assert loaded(worker, path) == (["default"], ["DC151"])
    assert loaded(worker, path, environment={"HOME": "/airflow"}) == (["_airflow"], ["DC150"])


def test_what_the_file_set_itself_it_may_read(worker, dag_file):
    path = dag_file("""
        import os
        os.environ["STAGE"] = "test"
        dag = DAG(os.environ["STAGE"], schedule=None)
    """)
    assert loaded(worker, path) == (["test"], ["DC162"])


def test_without_a_default_the_environment_is_refused(worker, dag_file):
    path = dag_file("""
        import os
        dag = DAG(os.environ["STAGE"], schedule=None)
    """)
    assert "DC115" in loaded(worker, path)[1]


def test_calls_of_aws_get_the_supplied_reply(worker, dag_file):
    path = dag_file("""
        import boto3
        names = [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]
        dag = DAG(names[0], schedule=None)
    """)
    assert loaded(worker, path, aws_replies=(BUCKETS,)) == (["orders"], ["DC152"])
    assert loaded(worker, path)[1] == ["DC153"]
    other = AwsReply("s3", "ListBuckets", {"Prefix": "x"}, BUCKETS.reply)
    assert loaded(worker, path, aws_replies=(other,))[1] == ["DC153"]
    wrong = AwsReply("s3", "ListBuckets", {}, {"Buckets": "orders"})
    assert loaded(worker, path, aws_replies=(wrong,))[1] == ["DC154"]


def test_stubs_let_a_file_load_but_decide_nothing(worker, dag_file):
    path = dag_file("""
        import nowhere.deep as deep
        from nowhere import decorate

        @decorate
        def function(): ...

        class Mine(deep.Base): ...

        dag = DAG("etl", schedule=None)
    """)
    assert loaded(worker, path)[1] == ["DC102"]
    assert loaded(worker, path, stub_missing=True) == (["etl"], ["DC156"])
    used = dag_file("""
        import nowhere
        dag = DAG(f"etl_{nowhere.NAME}", schedule=None)
    """)
    assert sorted(loaded(worker, used, stub_missing=True)[1]) == ["DC156", "DC157"]


def test_a_naive_start_date_is_of_the_configured_zone(worker, dag_file):
    path = dag_file("""
        from datetime import datetime
        dag = DAG("etl", schedule="0 10 * * *", start_date=datetime(2024, 1, 1))
    """)
    inputs = Inputs(configuration={"core.default_timezone": "Asia/Tokyo"})
    (dag,) = load_source(worker, path, path.parent, Limits(), NOW, inputs=inputs).dags
    assert dag.workflow.schedule.timezone == "Asia/Tokyo"


def test_plugins_and_helpers_are_found_and_libraries_not_replaced(worker, dag_file, tmp_path):
    path = dag_file("""
        import json
        from helpers import NAME
        from ops import SUFFIX
        dag = DAG(NAME + SUFFIX + json.dumps(1), schedule=None)
    """)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "ops.py").write_text("SUFFIX = '_x'")
    (path.parent / "helpers.py").write_text("NAME = 'etl'")
    (path.parent / "json.py").write_text("raise SystemError")
    assert loaded(worker, path) == (["etl_x1"], ["DC155"])


def test_asking_goes_on_past_what_is_missing(worker, dag_file):
    path = dag_file("""
        import os
        import boto3
        from airflow.hooks.base import BaseHook
        from airflow.models import Variable
        rows = [row["Name"] for row in boto3.client("s3").list_buckets()["Buckets"]]
        first = Variable.get("first", deserialize_json=True)["key"]
        second = Variable.get("second", default_var="x")
        host = BaseHook.get_connection("db").host
        stage = os.environ["STAGE"]
    """)
    asks = list_asks(worker, path, path.parent, Limits())
    assert [(ask.kind, ask.name, ask.has_default) for ask in asks] == [
        ("aws", "ListBuckets", False),
        ("connection", "db", False),
        ("environment", "STAGE", False),
        ("variable", "first", False),
        ("variable", "second", True),
    ]
    supplied = Inputs(variables={"first": '{"key": 1}'}, environment={"STAGE": "x"})
    left = list_asks(worker, path, path.parent, Limits(), supplied)
    assert [ask.name for ask in left] == ["ListBuckets", "db", "second"]
