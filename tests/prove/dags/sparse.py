"""Little is said here, so that the defaults of Airflow and of the service, which differ, speak."""

from datetime import datetime, timedelta

from airflow.providers.amazon.aws.operators.s3 import S3CreateBucketOperator, S3DeleteBucketOperator
from airflow.sdk import DAG

with DAG("sparse", schedule=timedelta(minutes=90), start_date=datetime(2030, 5, 6, 7, 8, 9)):
    make = S3CreateBucketOperator(task_id="make", bucket_name="amzn-s3-demo-bucket")
    drop = S3DeleteBucketOperator(task_id="drop", bucket_name="amzn-s3-demo-bucket", force_delete=True, retries=3)
    make >> drop
