"""Whether the account has room: workflows per Region, versions per workflow (contract 1.10; docs/faults.md 19, 20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dagconv.catalog.service import service
from dagconv.deploy.definition import as_finding
from dagconv.deploy.remote import TAG_DAG, RemoteWorkflow
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Page, Rule, Section, Severity
from dagconv.migrate.plan.item import Item, ItemKind
from dagconv.migrate.survey.inventory import Inventory, Wishes

_NEAR = 45

QUOTA_WORKFLOWS = Rule(
    code="DC803",
    slug="workflow-quota-exceeded",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The account has no room for this workflow.",
    message=(
        'no room for DAG "{dag_id}": {used} of {quota} workflows exist and the others of this plan fill '
        "the rest; it is not created"
    ),
    help=("Ask for a higher quota and pass --workflow-quota, or choose DAGs with --include, --exclude or --limit."),
    why=(
        "An account may hold 100 workflows in a Region unless its quota was raised; beyond that "
        "CreateWorkflow fails half way through a migration."
    ),
    example="120 DAGs in an account with no workflows",
    fix="Raise the quota in Service Quotas, then plan with --workflow-quota N.",
    source=(ContractRule(56), Section("1.10"), Page("docs/faults.md", "19")),
)
VERSIONS_EXHAUSTED = Rule(
    code="DC805",
    slug="version-quota-exhausted",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The workflow has as many versions as it may have.",
    message="workflow {name} has {quota} versions, the most there may be; it is not updated",
    help=(
        "Pass --prune-versions N to delete the N oldest, or raise the quota; dagconv never deletes and "
        "recreates a workflow."
    ),
    why=("Each update makes a version, and a workflow that is deleted and made anew loses its run history."),
    example="a workflow deployed 50 times",
    fix="Delete versions that nobody needs any more.",
    source=(Section("6.3"), Page("docs/faults.md", "20")),
)
VERSIONS_NEAR = Rule(
    code="DC804",
    slug="version-quota-near",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="The workflow is close to its version quota.",
    message="workflow {name} has {versions} of {quota} versions",
    help="Delete old versions before they run out.",
    why="Each update makes a version; at the quota updates fail.",
    example="a workflow with 47 versions",
    fix="Delete versions that nobody needs any more.",
    source=(Section("1.10"), Page("docs/faults.md", "20")),
)


@dataclass(frozen=True, slots=True)
class Quota:
    """Figures for the plan. `used` and `planned` are None where the workflows could not be listed."""

    used: int | None
    planned: int | None
    workflows: int
    versions: int
    versions_used: Mapping[str, int]
    left_out_by_limit: int


def within_quota(items: list[Item], inventory: Inventory, wishes: Wishes) -> tuple[list[Item], Quota]:
    """Refuses what the account has no room for, in the order of DAG ids; and the figures for the plan."""
    quota = wishes.workflow_quota or service().limits.workflows
    used, known = len(inventory.workflows), inventory.workflows_known
    creates = sorted(item.dag_id for item in items if item.kind is ItemKind.CREATE)
    allowed = creates if wishes.limit is None else creates[: wishes.limit]
    freed = sum(1 for item in items if item.kind is ItemKind.DELETE)
    refused = set(allowed[max(0, quota - used + freed) :]) if known else set()
    kept = []
    for item in items:
        if item.kind is ItemKind.CREATE and item.dag_id not in allowed:
            continue
        if item.kind is ItemKind.CREATE and item.dag_id in refused:
            finding = as_finding(QUOTA_WORKFLOWS.at(None, dag_id=item.dag_id, quota=quota, used=used))
            item = replace(item, kind=ItemKind.REFUSED, findings=(*item.findings, finding))
        kept.append(item)
    planned = used + len(allowed) - len(refused) - freed
    return kept, Quota(
        used if known else None,
        planned if known else None,
        quota,
        service().limits.versions,
        {w.name: w.versions for w in inventory.workflows if w.versions},
        len(creates) - len(allowed),
    )


def check_versions(there: RemoteWorkflow, wishes: Wishes) -> list[Diagnostic]:
    quota = service().limits.versions
    if there.versions >= quota and not wishes.prune_versions:
        return [VERSIONS_EXHAUSTED.at(None, dag_id=there.tags.get(TAG_DAG), name=there.name, quota=quota)]
    if there.versions >= _NEAR:
        return [VERSIONS_NEAR.at(None, name=there.name, versions=there.versions, quota=quota)]
    return []
