"""Exact in the target but for the service's time limit: whatever a definition can say stands here once."""

from datetime import datetime, timedelta

from airflow.providers.amazon.aws.operators.batch import BatchOperator
from airflow.providers.amazon.aws.operators.lambda_function import LambdaInvokeFunctionOperator
from airflow.providers.amazon.aws.operators.s3 import (
    S3CopyObjectOperator,
    S3CreateObjectOperator,
    S3DeleteObjectsOperator,
    S3ListOperator,
)
from airflow.providers.amazon.aws.operators.step_function import StepFunctionStartExecutionOperator
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.sdk import DAG

SCRIPT = "line one\nline two with 'quotes'\n\n  indented\nlast line\n"
WORDS = [
    *("yes", "no", "on", "off", "y", "true", "True", "null", "~", "", "=", "<<", "-", "?"),
    *("010", "0o10", "0x1F", "0b11", "1_000", "1:30", "190:20:30", "1e3", "1.0", ".5", "5.", ".inf", ".nan", "+1"),
    *("2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01 10:00:00", "# no comment", "a: b", "a #b", "[x", "{y", "*a"),
    *("&a", "!t", "%d", "@at", "`tick", "'single'", '"double"', " leading", "trailing ", "tab\there", "back\\slash"),
    *("multi\nline", "ends\n", "\n", "\u00e9\u4e2d\U0001f600", "nbsp\u00a0x", "nel\u0085x", "zwsp\u200bx", "bell\x07"),
]

with DAG(
    "rich",
    description="Everything that a definition can say",
    schedule="30 4 * * 1-5",
    start_date=datetime(2030, 1, 1),
    end_date=datetime(2031, 6, 30, 12, 30),
    params={"count": 3, "name": "010", "flag": True, "ratio": 0.5, "nested": {"a": [1, "1", 1.0]}, "none": None},
    default_args={"retries": 2, "retry_delay": timedelta(seconds=90)},
):
    wait = S3KeySensor(
        task_id="wait",
        bucket_name="amzn-s3-demo-bucket",
        bucket_key=["in/{{ ds }}/a.csv", "in/{{ ds }}/b.csv"],
        wildcard_match=True,
        mode="reschedule",
        poke_interval=120,
        timeout=7200,
        execution_timeout=timedelta(minutes=10),
    )
    listing = S3ListOperator(
        task_id="listing",
        bucket="amzn-s3-demo-bucket",
        prefix="in/{{ params.name }}/",
        delimiter="/",
        execution_timeout=timedelta(minutes=30),
    )
    create = S3CreateObjectOperator(
        task_id="create",
        s3_bucket="amzn-s3-demo-bucket",
        s3_key="010",
        data=SCRIPT,
        replace=True,
        retries=0,
        execution_timeout=timedelta(seconds=1800),
    )
    copy = S3CopyObjectOperator(
        task_id="copy",
        source_bucket_key="{{ ti.xcom_pull(task_ids='listing')[0] }}",
        dest_bucket_key="yes",
        source_bucket_name="on",
        dest_bucket_name="1:30",
        execution_timeout=timedelta(hours=1),
    )
    invoke = LambdaInvokeFunctionOperator(
        task_id="invoke",
        function_name="1_000",
        payload='{"day": "{{ ds }}"}',
        qualifier="1e3",
        retries=1,
        retry_delay=timedelta(minutes=2),
        execution_timeout=timedelta(minutes=5),
    )
    start = StepFunctionStartExecutionOperator(
        task_id="start",
        state_machine_arn="arn:aws:states:us-east-1:123456789012:stateMachine:demo",
        name="2024-01-01",
        state_machine_input={
            "one": 1,
            "float": 1.0,
            "true": True,
            "null": None,
            "empty": [],
            "none": {},
            "deep": WORDS,
        },
        execution_timeout=timedelta(minutes=5),
    )
    batch = BatchOperator(
        task_id="batch",
        job_name="nightly",
        job_definition="demo",
        job_queue="queue",
        container_overrides={
            "command": ["run", "--day", "{{ ds }}", "--verbose"],
            "environment": [{"name": "LEVEL", "value": "off"}, {"name": "COUNT", "value": "3"}],
            "resourceRequirements": [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "4096"}],
            "a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": "deep"}}}}}}},
        },
        max_retries=7,
        trigger_rule="all_done",
        execution_timeout=timedelta(minutes=50),
    )
    clean = S3DeleteObjectsOperator(
        task_id="clean",
        bucket="amzn-s3-demo-bucket",
        keys=["tmp/b", "tmp/a"],
        trigger_rule="none_failed_min_one_success",
        execution_timeout=timedelta(minutes=5),
    )
    wait >> listing >> [create, copy, invoke]
    [create, copy] >> start >> batch
    [batch, invoke] >> clean
