"""Task settings that change what happens in Airflow and that the service ignores."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.harmless import is_harmless
from dagconv.check.node import Entry, Scalar, shown
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC623",
    slug="ignored-task-setting",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The service ignores a task setting that would change what happens.",
    message="{key}: {found} is ignored by the service{reason}",
    help="remove it, and make sure that the workflow is right without it",
    why=(
        "The service accepts the argument, lists it in the response's Warnings and does not act on it: "
        "no pools, queues or priorities, no waiting for earlier runs, no back-off, no e-mails."
    ),
    example=("my_dag:\n  tasks:\n    copy: {operator: airflow.operators.empty.EmptyOperator, depends_on_past: true}\n"),
    fix="Remove the argument once the workflow is right without it.",
    source=(ContractRule(31), Section("4")),
)

CALLBACK = Rule(
    code="DC624",
    slug="task-callback-ignored",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The service never calls a callback.",
    message="{key} is never called by the service",
    help=(
        "add a task with trigger_rule 'one_failed' (such as SnsPublishOperator), or an EventBridge rule "
        "for source aws.airflow-serverless"
    ),
    why=("All callbacks are ignored; there is no notification of the service's own besides its events."),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    copy:\n"
        "      operator: airflow.operators.empty.EmptyOperator\n"
        "      on_failure_callback: mod.alert\n"
    ),
    fix="Replace it by a task or an EventBridge rule.",
    source=(ContractRule(32), Section("1.9")),
)

DEFERRABLE = Rule(
    code="DC625",
    slug="deferrable-ignored",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="There is no triggerer; a deferrable task blocks its worker instead.",
    message="deferrable: true has no effect: the task occupies its worker while it waits",
    help="{advice}",
    why=(
        "The service runs no triggerer. It accepts the argument, and the task waits in its worker until "
        "the hour is over."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    wait:\n"
        "      operator: airflow.providers.amazon.aws.sensors.s3.S3KeySensor\n"
        "      bucket_key: s3://b/k\n"
        "      deferrable: true\n"
    ),
    fix="Remove it; on a sensor write `mode: reschedule`.",
    source=(ContractRule(21), Section("4")),
)

XCOM = Rule(
    code="DC626",
    slug="xcom-push-ignored",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="do_xcom_push is ignored, so large results still meet the XCom limit.",
    message="do_xcom_push: false is ignored: the task's result must stay within {limit} bytes",
    help="let the task return little, or write its result to Amazon S3",
    why="The result is stored in any case, and XCom data above 100 KB fails the task.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: b\n"
        "      do_xcom_push: false\n"
    ),
    fix="Remove it and keep results small.",
    source=(ContractRule(43), Section("4"), Section("1.10")),
)


_REASONS = {
    "notification": ": no message is sent",
    "retry": ": the pause between attempts stays the same",
    "ordering": ": a run never waits for an earlier one",
    "queueing": ": tasks start as soon as their dependencies are met",
}
# Their loss changes no run: said by rule ignored-task-key.
TEXT_KINDS = frozenset({"metadata", "lineage"})


def check_ignored_setting(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    for entry in task.node.entries:
        name = entry.key.text
        ignored = subject.service.ignored_task_keys.get(name)
        if ignored is None or ignored.kind in TEXT_KINDS or is_harmless(name, entry.value):
            continue
        if task.known is not None and _is_own_argument(task, name):
            continue
        if ignored.kind == "callback":
            yield subject.at(CALLBACK, entry, task, name)
        elif ignored.kind == "deferral":
            sensor = task.known is not None and task.known.sensor
            advice = (
                "write mode: reschedule instead" if sensor else "remove it, or wait with a sensor in mode reschedule"
            )
            yield subject.at(DEFERRABLE, entry, task, name, advice=advice, sensor=sensor)
        elif name == "do_xcom_push":
            yield subject.at(XCOM, entry, task, name, limit=subject.service.limits.xcom_bytes)
        elif not _is_date(entry, ignored.kind):
            reason = _REASONS.get(ignored.kind, "")
            yield subject.at(RULE, entry, task, name, found=shown(entry.value), reason=reason)


def _is_own_argument(task: TaskNode, name: str) -> bool:
    """Whether the operator itself has an argument of this name, such as the `resources` of some AWS call."""
    parameter = task.known.parameters.get(name) if task.known else None
    return parameter is not None and parameter.level == "class" and name != "deferrable"


def _is_date(entry: Entry, kind: str) -> bool:
    return kind == "dates" and isinstance(entry.value, Scalar)  # said by rule task-date-form
