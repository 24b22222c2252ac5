"""Drops what only people see, and what configures parts that the service does not have (contract 1.3, 4)."""

from __future__ import annotations

import contextlib

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.language.jinja import JinjaError, parse_template
from dagconv.lower.losses import drop_arguments, drop_settings
from dagconv.lower.lowering import Lowering, given
from dagconv.lower.rewriting import texts_of

TAGS = Rule(
    code="DC205",
    slug="dag-tags",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The DAG has tags.",
    message="tags={value}: a definition has no tags; dropped",
    help="give them to the workflow: create-workflow --tags",
    why="Tags belong to the workflow resource, not to its definition, where the service ignores them.",
    example="DAG('report', tags=['finance'])",
    fix="Pass the tags to CreateWorkflow or TagResource.",
    source=(ContractRule(10), Section("1.3")),
)
DAG_DOCS = Rule(
    code="DC206",
    slug="dag-documentation",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The DAG has documentation or a display name.",
    message="{key} of the DAG is not shown by the service; dropped",
    help="keep the text beside the definition; a short one can stand in description",
    why="The service shows a workflow's name and description only.",
    example="DAG('report', doc_md='# Report')",
    fix="Move what operators of the workflow need into its description or a README.",
    source=(ContractRule(10), Section("1.3")),
)
ACCESS_CONTROL = Rule(
    code="DC209",
    slug="dag-access-control",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The DAG grants permissions to Airflow roles.",
    message="access_control={value}: the service knows no Airflow roles; dropped",
    help="grant the airflow-serverless actions on the workflow's ARN in IAM",
    why="Access to workflows is decided by IAM alone.",
    example="DAG('report', access_control={'finance': {'can_read'}})",
    fix="Write IAM policies for the workflow's ARN.",
    source=(Section("1.3"), Section("6.5")),
)
PAUSED = Rule(
    code="DC210",
    slug="paused-upon-creation",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The DAG says whether it starts out paused.",
    message="is_paused_upon_creation={value} has no place in a definition; dropped",
    help="choose it when the workflow is created: --trigger-mode MANUAL starts no scheduled run",
    why="A workflow with a schedule is live when it is created, unless its TriggerMode says otherwise.",
    example="DAG('report', schedule='@daily', is_paused_upon_creation=True)",
    fix="Create the workflow with TriggerMode MANUAL or DISABLED.",
    source=(Section("1.3"), Section("6.2"), Section("7")),
)
DAG_PLUMBING = Rule(
    code="DC213",
    slug="dag-plumbing",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The DAG sets something that only matters to Airflow's own web pages or to loading.",
    message="{key}={value} of the DAG means nothing to the service; dropped",
    help="no step is needed",
    why="owner_links, auto_register and bundle versions concern Airflow's pages and how it loads files.",
    example="DAG('report', owner_links={'finance': 'https://wiki.example.com/finance'})",
    fix="Nothing to do.",
    source=(Section("1.3"),),
)
OWNER = Rule(
    code="DC333",
    slug="owner-set",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="Tasks have an owner.",
    message="owner={value} of {where} is ignored by the service; dropped",
    help="tag the workflow with its owner: create-workflow --tags owner=...",
    why="The service ignores owners of tasks; tags of the workflow do what they did.",
    example="default_args={'owner': 'finance'}",
    fix="Tag the workflow.",
    source=(Section("1.4"), Section("4")),
)
TASK_DOCS = Rule(
    code="DC334",
    slug="task-documentation",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="A task has documentation, a display name or a logger name.",
    message="{key} of {where} is ignored by the service; dropped",
    help="no step is needed; a comment in the definition can hold the text",
    why="The service shows neither documentation of tasks nor display names.",
    example="S3ListOperator(task_id='list', bucket='b', doc_md='Lists the bucket')",
    fix="Keep the text where the people who need it look.",
    source=(Section("4"),),
)
LINEAGE = Rule(
    code="DC335",
    slug="task-assets",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task has inlets or outlets.",
    message="{key} of {where}: no workflow is triggered by assets on the service; dropped",
    help="where another DAG waits for this asset, start its workflow from a last task or by an EventBridge rule",
    why="The service ignores inlets and outlets, so DAGs scheduled on these assets no longer start.",
    example="S3ListOperator(task_id='list', bucket='b', outlets=[Asset('s3://b/list')])",
    fix="Start the dependent workflow with MwaaServerlessStartWorkflowRunOperator or EventBridge.",
    source=(ContractRule(28), Section("1.5"), Section("4")),
)
XCOM_PUSH = Rule(
    code="DC336",
    slug="xcom-push-disabled",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A task does not store its result, or stores it in parts.",
    message="{key}={value} of {where} is ignored: the result is stored as one XCom of at most 100 KB; dropped",
    help="keep the result small, for example by a narrower prefix, so that it stays under 100 KB",
    why="The service ignores do_xcom_push and multiple_outputs; a result above 100 KB fails the task.",
    example="S3ListOperator(task_id='list', bucket='b', do_xcom_push=False)",
    fix="Make sure that what the operator returns is small.",
    source=(ContractRule(43), Section("4")),
)

PART_PULLED = Rule(
    code="DC499",
    slug="part-of-result-pulled",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template pulls a part of a result that a task stores in parts.",
    message="{key} pulls the part {part} of what {source} gives; the service stores the result as one XCom",
    help="pull the whole and take the part: {{{{ ti.xcom_pull(task_ids='{source}')['{part}'] }}}}",
    why="The service ignores multiple_outputs, so that no XCom has the key of a part and the pull gives None.",
    example="{{ ti.xcom_pull(task_ids='make', key='a') }}  # where make has multiple_outputs=True",
    fix="{{ ti.xcom_pull(task_ids='make')['a'] }}",
    source=(ContractRule(43), Section("4")),
)

_SETTINGS = {
    "tags": TAGS,
    "doc_md": DAG_DOCS,
    "dag_display_name": DAG_DOCS,
    "access_control": ACCESS_CONTROL,
    "is_paused_upon_creation": PAUSED,
    "owner_links": DAG_PLUMBING,
    "auto_register": DAG_PLUMBING,
    "disable_bundle_versioning": DAG_PLUMBING,
}
_ARGUMENTS = {
    "owner": OWNER,
    "doc": TASK_DOCS,
    "doc_md": TASK_DOCS,
    "doc_json": TASK_DOCS,
    "doc_yaml": TASK_DOCS,
    "doc_rst": TASK_DOCS,
    "task_display_name": TASK_DOCS,
    "logger_name": TASK_DOCS,
    "map_index_template": TASK_DOCS,
    "allow_nested_operators": TASK_DOCS,
    "inlets": LINEAGE,
    "outlets": LINEAGE,
    "do_xcom_push": XCOM_PUSH,
    "multiple_outputs": XCOM_PUSH,
}


def drop_metadata(lowering: Lowering) -> None:
    drop_settings(lowering, _SETTINGS)
    _refuse_parts(lowering)
    drop_arguments(lowering, _ARGUMENTS)


def _refuse_parts(lowering: Lowering) -> None:
    """Refuses templates that pull what `multiple_outputs`, which is dropped, stores apart."""
    split = {
        task.task_id
        for task in lowering.tasks
        if (argument := given(task, "multiple_outputs")) is not None and argument.value is True
    }
    for task in lowering.tasks if split else ():
        for name, text in texts_of(task):
            with contextlib.suppress(JinjaError):  # the check of the definition says what is wrong
                for pull in parse_template(text).xcom_pulls:
                    for source in sorted(split.intersection(pull.task_ids or ())):
                        if pull.key != "return_value":
                            lowering.report(PART_PULLED, task.task_id, name, source=source, part=pull.key or "computed")
