"""`convert --bucket`: the definitions come to a bucket by the migration's own code."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.standin.stand import Stand

DAG = """\
import datetime
from airflow import DAG
from airflow.providers.amazon.aws.operators.s3 import S3ListOperator

with DAG("sales", schedule="0 5 * * *", start_date=datetime.datetime(2024, 1, 1)):
    S3ListOperator(task_id="list", bucket="b", retries=0, execution_timeout=datetime.timedelta(minutes=5))
"""


@pytest.mark.airflow
def test_definitions_are_uploaded_and_foreign_objects_are_left(stand: Stand) -> None:
    (stand.folder / "dags").mkdir()
    (stand.folder / "dags/sales.py").write_text(DAG)

    def convert() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dagconv", "convert", "dags", "-o", "out", "--bucket", stand.bucket],
            cwd=stand.folder, env={**os.environ, **stand.variables}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    done = convert()
    assert done.returncode == 0, done.stderr
    assert f"uploaded to s3://{stand.bucket}/yaml/sales.yaml?versionId=" in done.stderr
    body = stand.aws("s3").get_object(Bucket=stand.bucket, Key="yaml/sales.yaml")["Body"].read()
    assert body == (stand.folder / "out/sales.yaml").read_bytes()
    stand.aws("s3").put_object(Bucket=stand.bucket, Key="yaml/sales.yaml", Body=b"theirs")
    refused = convert()
    assert (refused.returncode, "dagconv did not write" in refused.stderr) == (2, True)


@pytest.mark.airflow
def test_the_dags_of_the_environment_are_converted_for_its_airflow(bare: Stand) -> None:
    """The whole way from the bucket: files read, converted with the environment's version, planned, applied."""
    dags = bare.folder / "environment"
    dags.mkdir()
    (dags / "sales.py").write_text(DAG)
    (dags / "helped.py").write_text(
        DAG.replace('"sales"', "NAME").replace("import datetime", "import datetime\nfrom ours import NAME", 1)
    )
    (dags / "shift.py").write_text(DAG.replace('"sales"', '"shift"').replace('bucket="b"', 'bucket="{{ ds }}"'))
    bare.open(dags=str(dags), airflow_version="2.10.3")
    plugins = io.BytesIO()
    with zipfile.ZipFile(plugins, "w") as archive:
        archive.writestr("ours.py", 'NAME = "helped"\n')
    bare.aws("s3").put_object(Bucket=bare.bucket, Key="plugins.zip", Body=plugins.getvalue())
    configured = {"core.default_task_retry_delay": "60"}
    bare.set(environment={"PluginsS3Path": "plugins.zip", "AirflowConfigurationOptions": configured})
    options = ["migrate", "plan", "--environment", "Prod", "--out", "plan.json"]

    def plan(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dagconv", *options, *more],
            cwd=bare.folder, env={**os.environ, **bare.variables}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    planned = plan("--verbose")
    assert "+ create sales  [sales.py]" in planned.stdout
    assert "+ create helped  [helped.py]" in planned.stdout, "plugins.zip is on the path of the DAGs"
    (shift,) = [i for i in json.loads((bare.folder / "plan.json").read_text())["items"] if i["dag_id"] == "shift"]
    assert "macros.ds_add(ds, -1)" in shift["deployment"]["definition"], "ds of Airflow 2 is the day before"
    (sales,) = [i for i in json.loads((bare.folder / "plan.json").read_text())["items"] if i["dag_id"] == "sales"]
    assert "retry_delay" in sales["deployment"]["definition"], "the environment's own default is made explicit"
    assert bare.apply().code == 0
    assert "sales" in bare.workflows()
    bare.set(environment={"AirflowConfigurationOptions": {"core.default_task_retry_delay": "soon"}})
    odd = plan()
    assert (odd.returncode, "core.default_task_retry_delay" in odd.stderr) == (2, True)
