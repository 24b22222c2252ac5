"""Much of this the service ignores or limits: every way of changing a task that lowering knows, once."""

from datetime import timedelta
from pathlib import PurePosixPath

import pendulum
from airflow.providers.amazon.aws.operators.batch import BatchOperator
from airflow.providers.amazon.aws.operators.s3 import (
    S3CopyObjectOperator,
    S3CreateBucketOperator,
    S3CreateObjectOperator,
    S3DeleteBucketOperator,
    S3DeleteObjectsOperator,
    S3ListOperator,
)
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.sdk import DAG, Label, Param, TaskGroup
from airflow.utils.trigger_rule import TriggerRule


def notify(context):
    """A callback."""


class ListOurs(S3ListOperator):
    """Presets an argument and nothing else."""

    ui_color = "#abcdef"

    def __init__(self, **kwargs):
        super().__init__(bucket="amzn-s3-demo-bucket", **kwargs)


with DAG(
    "lossy",
    schedule="0 9 * * *",
    start_date=pendulum.datetime(2030, 1, 1, tz="Asia/Tokyo"),
    catchup=True,
    tags=["nightly"],
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=3),
    on_failure_callback=notify,
    default_args={"owner": "data", "retries": 5, "email": "a@example.com", "retry_delay": timedelta(minutes=10)},
    params={"day": Param("2030-01-01", type="string", description="the day"), "plain": 1},
) as dag:
    make = S3CreateBucketOperator(task_id="make", bucket_name="amzn-s3-demo-bucket", pool="heavy", priority_weight=7)
    wait = S3KeySensor(task_id="wait", bucket_key="s3://amzn-s3-demo-bucket/in", deferrable=True, timeout=90000)
    first = BatchOperator(task_id="first", job_name="first", job_definition="demo", job_queue="queue")
    with TaskGroup("group") as group:
        listing = ListOurs(task_id="listing", prefix="in/", doc_md="text", on_success_callback=notify)
        copy = S3CopyObjectOperator(
            task_id="copy",
            source_bucket_key=first.output,
            dest_bucket_key="out",
            source_bucket_name="amzn-s3-demo-bucket",
            dest_bucket_name="amzn-s3-demo-bucket",
            inlets=["a"],
            queue="other",
            depends_on_past=True,
            execution_timeout=timedelta(hours=2),
        )
    batch = BatchOperator(
        task_id="batch",
        job_name="nightly",
        job_definition="demo",
        job_queue="queue",
        container_overrides={"command": ("run", "{{ ds }}"), "names": {"b", "a"}},
        trigger_rule=TriggerRule.ALL_DONE,
        executor_config={"cpu": 2},
    )
    clean = S3DeleteObjectsOperator(task_id="clean", bucket="amzn-s3-demo-bucket", keys=PurePosixPath("tmp/a"))
    each = S3CreateObjectOperator.partial(task_id="each", s3_bucket="amzn-s3-demo-bucket", data="x").expand(
        s3_key=["one", "two"]
    )
    remove = S3DeleteBucketOperator(task_id="remove", bucket_name="amzn-s3-demo-bucket", force_delete=True)
    make >> wait >> Label("found") >> first >> group >> batch >> clean >> each >> remove
