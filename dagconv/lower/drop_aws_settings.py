"""Drops aws_conn_id, region_name, verify and botocore_config, which the service decides (contract 4, rule 38)."""

from __future__ import annotations

from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.task import Task
from dagconv.lower.losses import drop_arguments, show
from dagconv.lower.lowering import Lowering, given

AWS_CONNECTION = Rule(
    code="DC340",
    slug="aws-connection",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task names an AWS connection.",
    message="aws_conn_id={value}: tasks of the service always use the workflow's execution role; dropped",
    help="grant the execution role what the connection could do; it cannot be a role of another account",
    why="The service decides the AWS connection. Credentials, role_arn and Region of a connection are lost.",
    example="S3ListOperator(task_id='list', bucket='b', aws_conn_id='finance_account')",
    fix="Leave aws_conn_id out, and give the execution role access (for another account: by resource policies).",
    source=(ContractRule(38), Section("3.5"), Section("4")),
)
REGION_SAME = Rule(
    code="DC341",
    slug="region-of-the-workflow",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="A task names the Region that the workflow runs in.",
    message="region_name={value} is the workflow's Region; dropped",
    help="no step is needed",
    why="The service takes the Region from the workflow's environment and ignores region_name.",
    example="S3ListOperator(task_id='list', bucket='b', region_name='eu-west-1')  # with --region eu-west-1",
    fix="Nothing to do.",
    source=(ContractRule(38), Section("4")),
)
REGION_UNKNOWN = Rule(
    code="DC342",
    slug="region-set",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task names a Region, and dagconv does not know the workflow's.",
    message="region_name={value}: the service runs every task in the workflow's own Region; dropped",
    help="create the workflow in that Region, and say it with --region to have this checked",
    why="The service ignores region_name, so a task that targets another Region silently works in the wrong one.",
    example="S3ListOperator(task_id='list', bucket='b', region_name='eu-west-1')",
    fix="Say the workflow's Region with --region.",
    source=(ContractRule(38), Section("4")),
)
REGION_OTHER = Rule(
    code="DC343",
    slug="region-other-than-the-workflow",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task targets another Region than the workflow's.",
    message="region_name={value} of {where} is not the Region of the workflow, the only one that the service would use",
    help="move the task into a workflow of its own in that Region",
    why="The service ignores region_name, so the task would silently work in the workflow's Region.",
    example="two tasks with region_name 'eu-west-1' and 'us-east-1' in one DAG",
    fix="Make one DAG for each Region.",
    source=(ContractRule(38), Section("4")),
)
VERIFY = Rule(
    code="DC344",
    slug="tls-verification-set",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task sets how the certificates of AWS endpoints are verified.",
    message="verify={value} is not supported by the service, which verifies certificates as boto3 does; dropped",
    help="no step is needed for AWS's own endpoints",
    why="The service does not support verify.",
    example="S3ListOperator(task_id='list', bucket='b', verify=False)",
    fix="Leave verify out.",
    source=(ContractRule(38), Section("4")),
)
BOTOCORE = Rule(
    code="DC345",
    slug="botocore-config-set",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task configures botocore.",
    message="botocore_config={value} is not supported by the service; dropped",
    help="where botocore's retries or timeouts mattered, use the operator's own attempts, or retries of the task",
    why="The service does not support botocore_config.",
    example="S3ListOperator(task_id='list', bucket='b', botocore_config={'read_timeout': 300})",
    fix="Leave botocore_config out.",
    source=(ContractRule(38), Section("4")),
)
OTHER_CONNECTION = Rule(
    code="DC346",
    slug="connection-named",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A task names an Airflow connection that is not the AWS one.",
    message="{key}={value}: the service has no connections of its own; kept",
    help="give the workflow a secrets backend that holds this connection",
    why="Connections reach a task only through a secrets backend that the workflow's environment sets up.",
    example="S3ToRedshiftOperator(..., redshift_conn_id='warehouse')",
    fix="Store the connection in Secrets Manager and set the workflow's secrets backend.",
    source=(ContractRule(37), Section("3.5")),
)

FILE_REGION = Rule(
    code="DC393",
    slug="region-set-by-the-file",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The file sets the Region of its tasks in the environment, and dagconv does not know the workflow's.",
    message="the file sets the Region {value} in the environment: the service runs every task in the workflow's own "
    "Region; dropped",
    help="create the workflow in that Region, and say it with --region to have this checked",
    why="Airflow imports the file in each task's process, where boto3 takes the Region from AWS_DEFAULT_REGION. The "
    "service runs the definition alone.",
    example="os.environ['AWS_DEFAULT_REGION'] = 'eu-west-1'",
    fix="Say the workflow's Region with --region.",
    source=(ContractRule(38), Section("4")),
)
FILE_REGION_OTHER = Rule(
    code="DC394",
    slug="region-of-the-file-other-than-the-workflow",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The file sets another Region for its tasks than the workflow's.",
    message="the file sets the Region {value} in the environment, which is not the Region of the workflow ({region})",
    help="create the workflow in that Region",
    why="The service runs every task in the workflow's Region, so all tasks would silently work in another one.",
    example="os.environ['AWS_DEFAULT_REGION'] = 'eu-west-1'  # with --region us-east-1",
    fix="Convert with --region eu-west-1, and create the workflow there.",
    source=(ContractRule(38), Section("4")),
)

_DROPPED = {"aws_conn_id": AWS_CONNECTION, "verify": VERIFY, "botocore_config": BOTOCORE}


LOGS_REGION = Rule(
    code="DC339",
    slug="logs-region-from-region-name",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="An ECS task takes the Region of its logs from region_name, which is dropped.",
    message="awslogs_region follows region_name={value}, which is dropped; it is written out",
    help="no step is needed",
    why="EcsRunTaskOperator uses region_name for its logs where awslogs_region is left out.",
    example="EcsRunTaskOperator(task_id='run', cluster='c', region_name='eu-west-1', ...)",
    fix="Nothing to do.",
    source=(ContractRule(38), Engine("airflow.providers.amazon.aws.operators.ecs", "EcsRunTaskOperator")),
)


def drop_aws_settings(lowering: Lowering) -> None:
    lowering.map_tasks(lambda task: _keep_logs_region(lowering, task))
    drop_arguments(lowering, _DROPPED)
    named = (given(task, "region_name") for task in lowering.tasks)
    regions = {show(argument.value) for argument in named if argument is not None and argument.value is not None}
    if lowering.workflow.region is not None:
        _drop_file_region(lowering, lowering.workflow.region)
        regions.add(repr(lowering.workflow.region))
    for rule in (REGION_SAME, REGION_OTHER, REGION_UNKNOWN):
        concerned = {name for name in regions if _region_rule(lowering, name, regions) is rule}
        drop_arguments(lowering, {"region_name": rule}, only=concerned)
    for task in lowering.tasks:
        for argument in task.arguments:
            if argument.name.endswith("_conn_id") and given(task, argument.name):
                lowering.report(OTHER_CONNECTION, task.task_id, argument.name, value=show(argument.value))


def _drop_file_region(lowering: Lowering, file: str) -> None:
    """It is what every task has that names none itself."""
    region = lowering.options.region
    if file != region:
        lowering.report(FILE_REGION if region is None else FILE_REGION_OTHER, value=repr(file), region=region)


def _keep_logs_region(lowering: Lowering, task: Task) -> Task:
    region = given(task, "region_name")
    if region is None or region.value is None or "awslogs_region" not in task.accepts:
        return task
    if given(task, "awslogs_region") is not None:
        return task
    lowering.report(LOGS_REGION, task.task_id, "region_name", value=show(region.value))
    return lowering.set_argument(LOGS_REGION, task, "awslogs_region", region.value)


def _region_rule(lowering: Lowering, shown: str, regions: set[str]) -> Rule:
    region = lowering.options.region
    if region is not None:
        return REGION_SAME if shown == repr(region) else REGION_OTHER
    # Of two Regions at least one is not the workflow's.
    return REGION_OTHER if len(regions) > 1 else REGION_UNKNOWN
