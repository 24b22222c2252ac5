"""Whether an existing workflow stands in the way of a planned one: foreign, of another name, or fixed."""

from __future__ import annotations

from collections.abc import Iterable

from dagconv.deploy.deployment import Deployment
from dagconv.deploy.remote import Owner, RemoteWorkflow, said_owner
from dagconv.diagnostics import Diagnostic, Effect, Page, Rule, Section, Severity
from dagconv.migrate.survey.inventory import Wishes

NAME_FOREIGN = Rule(
    code="DC806",
    slug="workflow-name-foreign",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A workflow that is not this migration's holds the name.",
    message='the name "{name}" of DAG "{dag_id}" belongs to {arn}, {owner}; it is left alone',
    help=("Choose other names with --name-template; `migrate import {name}` adopts a workflow that belongs to nobody."),
    why="Updating a workflow of somebody else, or of another environment, would replace their work.",
    example="a workflow `etl` made in the console, or by the migration of another environment",
    fix="Import it, or rename.",
    source=(Page("docs/faults.md", "17"),),
)
RENAMED = Rule(
    code="DC834",
    slug="workflow-renamed",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The DAG runs as a workflow of another name already.",
    message='DAG "{dag_id}" runs as workflow "{name}" already; by these options it would be "{wanted}" as well',
    help=(
        "Keep the name with the options of before. With --prune the workflow of the old name is deleted, run history"
        " and all, and the new one waits for its cutover."
    ),
    why="A workflow cannot be renamed, and two of one DAG would do its work twice.",
    example="etl is deployed, and then planned with --name-template 'prod-{{dag_id}}'",
    fix="Keep the template that was used first.",
    source=(Page("docs/faults.md", "H1"),),
)
KEPT_ELSEWHERE = Rule(
    code="DC835",
    slug="workflow-kept-elsewhere",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The definitions of this migration are kept in another place.",
    message='workflow "{name}" keeps its definition in {have}, this call would keep it in {wanted}',
    help="Give the --bucket and --prefix of before, or pass --take-over to move it.",
    why="Two calls that keep their definitions in two places do not see one another's state.",
    example="a migration that was begun with another --bucket",
    fix="Use one bucket and prefix for a migration.",
    source=(Page("docs/faults.md", "M9"),),
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


def in_the_way(
    there: RemoteWorkflow | None,
    deployment: Deployment,
    workflows: Iterable[RemoteWorkflow],
    owner: Owner,
    wishes: Wishes,
) -> Diagnostic | None:
    """Why the deployment may not be made; `there` holds its name."""
    dag_id, name = deployment.dag_id, deployment.name
    if there is not None and not there.ours(owner.mark, dag_id):
        said = said_owner(there.tags)
        return NAME_FOREIGN.at(None, dag_id=dag_id, name=there.name, arn=there.arn, owner=said)
    if there is not None and (elsewhere := there.elsewhere(owner)) and not wishes.take_over:
        return KEPT_ELSEWHERE.at(None, dag_id=dag_id, name=name, have=elsewhere, wanted=owner.location)
    old = next((w for w in workflows if w is not there and w.ours(owner.mark, dag_id)), None)
    if old is not None and not wishes.prune:
        return RENAMED.at(None, dag_id=dag_id, name=old.name, wanted=name)
    return None


def unchangeable(there: RemoteWorkflow, deployment: Deployment) -> Diagnostic | None:
    wanted = deployment.encryption_key
    have = there.config.get("EncryptionConfiguration", {}).get("KmsKeyId")
    if wanted == have or there.status == "DELETING":
        return None
    return KEY_UNCHANGEABLE.at(None, name=there.name, have=have or "the AWS managed key", wanted=wanted or "none")
