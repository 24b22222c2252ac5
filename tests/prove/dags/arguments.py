"""For every argument of the three base classes a task that gives it something else than its default, and plain ones."""

import inspect
from datetime import datetime, timedelta

from airflow.providers.amazon.aws.operators.s3 import S3ListOperator
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.sdk import DAG


def noop(*_):
    """Stands in for callbacks and hooks."""


VALUES = {
    "owner": "somebody",
    "sla": timedelta(seconds=5),
    "email": "a@example.com",
    "email_on_retry": False,
    "email_on_failure": False,
    "retries": 3,
    "retry_delay": timedelta(seconds=7),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(seconds=9),
    "start_date": datetime(2031, 1, 1),
    "end_date": datetime(2032, 1, 1),
    "depends_on_past": True,
    "ignore_first_depends_on_past": True,
    "wait_for_past_depends_before_skipping": True,
    "wait_for_downstream": True,
    "params": {"one": 1},
    "priority_weight": 5,
    "weight_rule": "absolute",
    "queue": "other",
    "pool": "other",
    "pool_slots": 2,
    "execution_timeout": timedelta(seconds=11),
    "on_execute_callback": noop,
    "on_failure_callback": noop,
    "on_success_callback": noop,
    "on_retry_callback": noop,
    "on_skipped_callback": noop,
    "pre_execute": noop,
    "post_execute": noop,
    "trigger_rule": "all_done",
    "resources": {"cpus": 1},
    "run_as_user": "root",
    "map_index_template": "{{ x }}",
    "max_active_tis_per_dag": 4,
    "max_active_tis_per_dagrun": 4,
    "executor": "LocalExecutor",
    "executor_config": {"cpu": 2},
    "do_xcom_push": False,
    "multiple_outputs": True,
    "inlets": ["a"],
    "outlets": ["b"],
    "doc": "text",
    "doc_md": "text",
    "doc_json": "text",
    "doc_yaml": "text",
    "doc_rst": "text",
    "task_display_name": "shown",
    "logger_name": "log",
    "allow_nested_operators": False,
    "poke_interval": 17,
    "timeout": 19,
    "soft_fail": True,
    "mode": "reschedule",
    "exponential_backoff": True,
    "max_wait": timedelta(seconds=99),
    "silent_fail": True,
    "never_fail": True,
    "aws_conn_id": "other",
    "region_name": "eu-west-1",
    "verify": False,
    "botocore_config": {"read_timeout": 5},
}


def base_arguments(cls):
    """The parameters of the base classes that are no wiring."""
    names = [name for base in cls.__mro__ if base.__module__.startswith("airflow.sdk.bases") for name in own(base)]
    return sorted({*names, "aws_conn_id", "region_name", "verify", "botocore_config"} - WIRING)


def own(cls):
    return list(inspect.signature(inspect.unwrap(cls.__init__)).parameters)[1:]


WIRING = {"task_id", "dag", "task_group", "default_args", "kwargs"}

with DAG("arguments", schedule=None, start_date=datetime(2030, 1, 1)):
    for kind, cls, given in (
        ("operator", S3ListOperator, {"bucket": "b"}),
        ("sensor", S3KeySensor, {"bucket_key": "k", "bucket_name": "b"}),
    ):
        cls(task_id=f"{kind}.plain", **given)
        for name in base_arguments(cls):
            cls(task_id=f"{kind}.{name}", **given, **{name: VALUES[name]})
