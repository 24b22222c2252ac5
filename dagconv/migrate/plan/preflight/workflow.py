"""Whether an existing workflow stands in the way of a planned one: foreign, or fixed where it must change."""

from __future__ import annotations

from dagconv.deploy.deployment import Deployment
from dagconv.deploy.remote import RemoteWorkflow
from dagconv.diagnostics import Diagnostic, Effect, Page, Rule, Section, Severity

NAME_FOREIGN = Rule(
    code="DC806",
    slug="workflow-name-foreign",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A workflow that dagconv did not make holds the name.",
    message=('the name "{name}" belongs to {arn}, which is not marked as made from DAG "{dag_id}"; it is left alone'),
    help=("Adopt it with `migrate import {name} --dag-id {dag_id}`, or choose other names with --name-template."),
    why="Updating a workflow that somebody else made would replace their work.",
    example="a workflow `etl` made in the console",
    fix="Import it, or rename.",
    source=(Page("docs/faults.md", "17"),),
)
KEY_UNCHANGEABLE = Rule(
    code="DC807",
    slug="encryption-key-differs",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The workflow's encryption key is not the planned one and cannot be changed.",
    message=("workflow {name} is encrypted with {have}, planned is {wanted}; the key of a workflow never changes"),
    help="Plan with the key that it has (--kms-key), or delete the workflow yourself first.",
    why=("UpdateWorkflow has no encryption member, and a definition encrypted with another key cannot be read."),
    example="a workflow made before the bucket was encrypted",
    fix="Keep the key.",
    source=(Section("6.2"), Section("6.6"), Page("docs/faults.md", "36")),
)


def foreign_workflow(there: RemoteWorkflow, dag_id: str) -> Diagnostic:
    return NAME_FOREIGN.at(None, dag_id=dag_id, name=there.name, arn=there.arn)


def unchangeable(there: RemoteWorkflow, deployment: Deployment) -> Diagnostic | None:
    wanted = deployment.encryption_key
    have = there.config.get("EncryptionConfiguration", {}).get("KmsKeyId")
    if wanted == have or there.status == "DELETING":
        return None
    return KEY_UNCHANGEABLE.at(None, name=there.name, have=have or "the AWS managed key", wanted=wanted or "none")
