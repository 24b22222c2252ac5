"""DAGs that lowering refuses for what their objects are; a reader that overlooked it would have them written."""

from datetime import datetime

from airflow.providers.amazon.aws.operators.s3 import S3CreateBucketOperator, S3DeleteObjectsOperator, S3ListOperator
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.sdk import DAG, Asset, BaseOperator
from airflow.timetables.events import EventsTimetable


class Loud(S3ListOperator):
    """Does something of its own."""

    def execute(self, context):
        return []


class Plain(S3ListOperator):
    """Renders nothing."""

    template_fields = ()


class Own(BaseOperator):
    """An operator of the user's."""


class Patient(S3KeySensor):
    """Overrides a property."""

    @property
    def hook(self):
        return None


def accept(files, **_):
    return True


with DAG("behaviour", schedule=None):
    Loud(task_id="list", bucket="b")

with DAG("rendering", schedule=None):
    Plain(task_id="list", bucket="b")

with DAG("own_operator", schedule=None):
    Own(task_id="own")

with DAG("property", schedule=None):
    Patient(task_id="wait", bucket_key="k", bucket_name="b", timeout=60)

with DAG("callable", schedule=None):
    S3KeySensor(task_id="wait", bucket_key="k", bucket_name="b", check_fn=accept, timeout=60)

with DAG("residue", schedule=None):
    S3ListOperator(task_id="list", bucket="b").template_fields = ()

with DAG("method_of_one_object", schedule=None):
    S3ListOperator(task_id="list", bucket="b").execute = accept

with DAG("teardown", schedule=None):
    make = S3CreateBucketOperator(task_id="make", bucket_name="b").as_setup()
    clean = S3DeleteObjectsOperator(task_id="clean", bucket="b", keys=["k"]).as_teardown(setups=make)

with DAG("mapped_over_result", schedule=None):
    found = S3ListOperator(task_id="list", bucket="b")
    S3ListOperator.partial(task_id="each", bucket="b").expand(prefix=found.output)

with DAG("timetable", schedule=EventsTimetable([datetime(2030, 1, 1)])):
    S3ListOperator(task_id="list", bucket="b")

with DAG("assets", schedule=[Asset("s3://b/k")]):
    S3ListOperator(task_id="list", bucket="b")
