"""Drops callbacks, e-mail and SLA settings: the service runs none of them (contract 1.9, 4)."""

from __future__ import annotations

from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.lower.losses import drop_arguments, drop_settings
from dagconv.lower.lowering import Lowering

# Twice the braces: the texts are format templates.
_RUN_EVENT = (
    'add an EventBridge rule for {{"source": ["aws.airflow-serverless"], "detail-type": ["MWAA Serverless {}"]}}'
)


def _event(name: str) -> str:
    return _RUN_EVENT.replace("{}", name)


DAG_CALLBACK = Rule(
    code="DC207",
    slug="dag-callback",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The DAG has a success or failure callback.",
    message="{key}={value} on the DAG is never called by the service; dropped",
    help=_event("Workflow Run Failed") + ", or a last SnsPublishOperator task",
    why="The service ignores callbacks: they are Python code of the DAG file, which is not there at run time.",
    example="DAG('report', on_failure_callback=notify_slack)",
    fix="React to the run's EventBridge event, or publish to SNS in a last task with a trigger rule.",
    source=(ContractRule(32), Section("1.3"), Section("1.9")),
)
SLA_MISS_CALLBACK = Rule(
    code="DC208",
    slug="sla-miss-callback",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The DAG has an SLA miss callback, which Airflow 3 does not call either.",
    message="sla_miss_callback={value} is dropped; Airflow 3 does not call it either",
    help="watch the run's duration with a CloudWatch alarm",
    why="SLAs were removed in Airflow 3.0; the argument is accepted and has no effect.",
    example="DAG('report', sla_miss_callback=late)",
    fix="Alarm on the run's duration in CloudWatch.",
    source=(ContractRule(31), Engine("airflow.sdk.definitions.dag", "DAG.sla_miss_callback")),
)
FAILURE_CALLBACK = Rule(
    code="DC323",
    slug="task-failure-callback",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task, or default_args, has an on_failure_callback.",
    message="{key}={value} of {where} is never called by the service; dropped",
    help="add an SnsPublishOperator task downstream with trigger_rule: one_failed, or " + _event("Task Failed"),
    why="The service ignores callbacks: they are Python code of the DAG file, which is not there at run time.",
    example="S3ListOperator(task_id='list', bucket='b', on_failure_callback=notify)",
    fix="Publish to SNS in a task with trigger_rule one_failed, or react to the EventBridge event.",
    source=(ContractRule(32), Section("1.9")),
)
TASK_CALLBACK = Rule(
    code="DC324",
    slug="task-callback",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task, or default_args, has an execute, success, retry or skipped callback.",
    message="{key}={value} of {where} is never called by the service; dropped",
    help="do the work in a task of its own, or " + _event("Task Up For Retry") + " for retries",
    why="The service ignores callbacks: they are Python code of the DAG file, which is not there at run time.",
    example="S3ListOperator(task_id='list', bucket='b', on_success_callback=record)",
    fix="Add a downstream task that does what the callback did.",
    source=(ContractRule(32), Section("4")),
)
EMAIL = Rule(
    code="DC325",
    slug="email-notification",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task, or default_args, asks for e-mail on failure or retry.",
    message="{key}={value} of {where}: the service sends no e-mail; dropped",
    help="subscribe the address to an SNS topic and publish to it in a task with trigger_rule: one_failed",
    why="The service has no SMTP settings and ignores the e-mail arguments.",
    example="default_args={'email': ['ops@example.com'], 'email_on_failure': True}",
    fix="Send the notification through SNS, from a task or from an EventBridge rule.",
    source=(ContractRule(12), ContractRule(32), Section("1.4"), Section("4")),
)
SLA = Rule(
    code="DC326",
    slug="task-sla",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task, or default_args, has an SLA.",
    message="sla={value} of {where} is not watched by the service; dropped (Airflow 3 does not watch it either)",
    help="alarm on the run's duration in CloudWatch, or set execution_timeout",
    why="SLAs were removed in Airflow 3.0 and the service ignores the argument.",
    example="S3ListOperator(task_id='list', bucket='b', sla=timedelta(minutes=10))",
    fix="Set execution_timeout where the task must stop, or alarm on the duration.",
    source=(ContractRule(31), Section("4")),
)

_SETTINGS = {
    "on_failure_callback": DAG_CALLBACK,
    "on_success_callback": DAG_CALLBACK,
    "sla_miss_callback": SLA_MISS_CALLBACK,
}
_ARGUMENTS = {
    "on_failure_callback": FAILURE_CALLBACK,
    "on_execute_callback": TASK_CALLBACK,
    "on_success_callback": TASK_CALLBACK,
    "on_retry_callback": TASK_CALLBACK,
    "on_skipped_callback": TASK_CALLBACK,
    "email": EMAIL,
    "email_on_failure": EMAIL,
    "email_on_retry": EMAIL,
    "sla": SLA,
}


def drop_callbacks(lowering: Lowering) -> None:
    drop_settings(lowering, _SETTINGS)
    drop_arguments(lowering, _ARGUMENTS)
