"""Makes the DAG files and definitions that the bench runs on: files x tasks of ten common Amazon operators."""

from __future__ import annotations

from pathlib import Path

AWS = "airflow.providers.amazon.aws"
# Module, class, and arguments of a task as Python text; {n} is its number.
OPERATORS = (
    ("sensors.s3", "S3KeySensor", 'bucket_name="amzn-s3-demo-bucket", bucket_key="in/{{{{ ds }}}}/{n}", timeout=600'),
    ("operators.s3", "S3CreateObjectOperator", 's3_bucket="amzn-s3-demo-bucket", s3_key="out/{n}", data="{n}"'),
    ("operators.s3", "S3ListOperator", 'bucket="amzn-s3-demo-bucket", prefix="out/{{{{ ds_nodash }}}}/{n}/"'),
    ("operators.glue", "GlueJobOperator", 'job_name="job-{n}", script_args={{"--day": "{{{{ ds }}}}", "--n": "{n}"}}'),
    (
        "operators.athena",
        "AthenaOperator",
        'query="SELECT {n}", database="sales", output_location="s3://amzn-s3-demo-bucket/athena/"',
    ),
    (
        "operators.lambda_function",
        "LambdaInvokeFunctionOperator",
        'function_name="fn-{n}", payload=\'{{"n": {n}}}\'',
    ),
    ("operators.sns", "SnsPublishOperator", 'target_arn="arn:aws:sns:us-east-1:111122223333:done", message="{n}"'),
    (
        "operators.sqs",
        "SqsPublishOperator",
        'sqs_queue="https://sqs.us-east-1.amazonaws.com/111122223333/q", message_content="{n}"',
    ),
    (
        "operators.redshift_data",
        "RedshiftDataOperator",
        'cluster_identifier="main", database="dev", db_user="etl", sql="CALL load_{n}()"',
    ),
    (
        "operators.step_function",
        "StepFunctionStartExecutionOperator",
        'state_machine_arn="arn:aws:states:us-east-1:111122223333:stateMachine:m{n}"',
    ),
)


def dag_text(dag_id: str, tasks: int) -> str:
    """One DAG whose tasks run one after another, each with another operator than the one before."""
    lines = [
        f'with DAG("{dag_id}", schedule="30 2 * * *", start_date=datetime(2024, 1, 1), catchup=False,',
        '         default_args={"retries": 2, "execution_timeout": timedelta(minutes=30)}):',
    ]
    for number in range(tasks):
        _, name, arguments = OPERATORS[number % len(OPERATORS)]
        lines.append(f'    t{number} = {name}(task_id="step_{number}", {arguments.format(n=number)})')
        if number:
            lines.append(f"    t{number - 1} >> t{number}")
    return "\n".join(lines) + "\n"


def plain_dag_text(dag_id: str, tasks: int) -> str:
    """One DAG of small tasks: as many as the service's limit of size lets stand in a definition."""
    lines = [
        f'with DAG("{dag_id}", schedule=None, default_args={{"retries": 1}}):',
        f"    for number in range({tasks}):",
    ]
    lines.append('        S3ListOperator(task_id=f"step_{number}", bucket="amzn-s3-demo-bucket")')
    return "\n".join(lines) + "\n"


def file_text(*dags: str) -> str:
    """A DAG file of these DAGs."""
    imports = sorted({f"from {AWS}.{module} import {name}" for module, name, _ in OPERATORS})
    return "\n".join(
        ["from datetime import datetime, timedelta", "", "from airflow.sdk import DAG", *imports, "", *dags]
    )


def write_files(folder: Path, files: int, tasks: int) -> Path:
    """The folder, filled with so many files of one DAG each."""
    folder.mkdir(parents=True)
    for number in range(files):
        (folder / f"dag_{number}.py").write_text(file_text(dag_text(f"bench_{number}", tasks)))
    return folder


def write_one(path: Path, *dags: str) -> Path:
    """One file of these DAGs."""
    path.parent.mkdir(parents=True)
    path.write_text(file_text(*dags))
    return path


def write_definitions(folder: Path, files: int) -> Path:
    """The folder, filled with definitions of about 4 KB each."""
    folder.mkdir(parents=True)
    for number in range(files):
        lines = [f"bench_{number}:", "  schedule: 30 2 * * *", "  tasks:"]
        for task in range(20):
            lines += [
                f"    step_{task}:",
                f"      operator: {AWS}.operators.s3.S3CreateObjectOperator",
                "      s3_bucket: amzn-s3-demo-bucket",
                f"      s3_key: out/{{{{ ds }}}}/{task}",
                f'      data: "{task}"',
                *([f"      dependencies: [step_{task - 1}]"] if task else []),
            ]
        (folder / f"bench_{number}.yaml").write_text("\n".join(lines) + "\n")
    return folder
