"""The plan: what an environment and an account hold, and what is wished, turned into steps. Pure; no AWS, no clock."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from dagconv.aws.services import Versioning
from dagconv.deploy.definition import Definition, Finding, as_finding, predicted_warnings, same_meaning, schedule_of
from dagconv.deploy.deployment import Deployment, Network, differing_members, idempotency_token
from dagconv.deploy.log_access import LogAccess
from dagconv.deploy.names import Naming, map_names
from dagconv.deploy.remote import MANUAL, Owner, RemoteWorkflow
from dagconv.deploy.trust import Statement, Trust, TrustAction, Verdict, fingerprint, judge_trust
from dagconv.ir.codec import encode
from dagconv.migrate.plan import preflight
from dagconv.migrate.plan.dependents import Dependent, check_dependents, find_dependents
from dagconv.migrate.plan.desired import code_key, desired, encryption_key, network_of
from dagconv.migrate.plan.difference import Change, changes_between, definition_changes
from dagconv.migrate.plan.item import Item, ItemKind
from dagconv.migrate.plan.preflight.quota import Quota
from dagconv.migrate.plan.prune import Orphan, plan_pruning, without_half_renames
from dagconv.migrate.survey.inventory import Environment, Inventory, Options, Wishes, hashed

_ORDER = list(ItemKind)
_DIFF_LINES = 400


@dataclass(frozen=True, slots=True)
class Code:
    """The package: where it goes in the bucket, and the local file with its content's hash."""

    key: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`inputs` maps each file read to its SHA-256 or ETag. `id` follows from everything else.

    `log_group` is one for all workflows, None where each has the service's own.
    """

    id: str
    tool: str
    made: str
    account: str
    region: str
    partition: str
    caller: str
    owner: Owner
    environment: Environment | None
    bucket: str
    versioning: Versioning
    kms_key: str | None
    network: Network | None
    log_group: str | None
    logs: LogAccess | None
    trust: Trust
    items: tuple[Item, ...]
    code: Code | None
    inputs: Mapping[str, str]
    options: Options
    quota: Quota
    findings: tuple[Finding, ...]
    orphans: tuple[Orphan, ...] = ()
    dependents: tuple[Dependent, ...] = ()

    def of(self, *kinds: ItemKind) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind in kinds)

    @property
    def has_changes(self) -> bool:
        return (
            bool(self.of(ItemKind.CREATE, ItemKind.UPDATE, ItemKind.DELETE)) or self.trust.action is TrustAction.APPEND
        )

    @property
    def has_refusals(self) -> bool:
        errors = any(finding.severity == "error" for finding in self.findings)
        return bool(self.of(ItemKind.REFUSED)) or self.trust.action is TrustAction.REFUSE or errors


def plan_migration(inventory: Inventory, wishes: Wishes, *, tool: str, made: str) -> Plan:
    """Pure: the same inventory and wishes give the same plan. `made` is an ISO time, for people only."""
    definitions = [d for d in inventory.definitions if _wanted(d.dag_id, wishes)]
    naming = map_names((d.dag_id for d in definitions if d.text), wishes.name_template, suffix=wishes.suffix_names)
    remote = {workflow.name: workflow for workflow in inventory.workflows if workflow.status != "DELETING"}
    items = [_plan_item(definition, naming, remote, inventory, wishes) for definition in definitions]
    pruning = plan_pruning(items, inventory, wishes)
    items += pruning.deletions
    items, quota = preflight.within_quota(items, inventory, wishes)
    items = without_half_renames(items, {definition.dag_id for definition in inventory.definitions})
    trust = _plan_trust(inventory, wishes)
    dependents = find_dependents(inventory.definitions, inventory.surveyed)
    moving = {item.dag_id for item in items if item.deployment is not None and item.kind is not ItemKind.REFUSED}
    findings = [
        *preflight.check_account(inventory, wishes),
        *preflight.check_trust(trust),
        *preflight.check_backend(items, wishes),
        *check_dependents(dependents, moving),
    ]
    plan = Plan(
        id="",
        tool=tool,
        made=made,
        account=inventory.caller.account,
        region=inventory.caller.region,
        partition=inventory.caller.partition,
        caller=inventory.caller.arn,
        owner=inventory.owner,
        environment=_recorded(inventory.environment),
        bucket=inventory.bucket,
        versioning=inventory.bucket_facts.versioning,
        kms_key=encryption_key(inventory, wishes),
        network=network_of(inventory, wishes),
        log_group=wishes.log_group,
        logs=inventory.logs,
        trust=trust,
        items=tuple(sorted(items, key=lambda item: (_ORDER.index(item.kind), item.dag_id, item.name))),
        code=_code(inventory, wishes),
        inputs=dict(sorted(inventory.inputs.items())),
        options=wishes.recorded(),
        quota=quota,
        findings=tuple(as_finding(diagnostic) for diagnostic in findings),
        orphans=pruning.orphans,
        dependents=dependents,
    )
    return replace(plan, id=identity(plan))


def _recorded(environment: Environment | None) -> Environment | None:
    """The environment for the file: configuration options may hold passwords, so only their hashes stay
    (docs/faults.md 53).
    """
    if environment is None:
        return None
    configuration = {name: hashed(value) for name, value in environment.configuration.items()}
    return replace(environment, configuration=configuration)


def _code(inventory: Inventory, wishes: Wishes) -> Code | None:
    key = code_key(inventory, wishes)
    return None if inventory.code is None or key is None else Code(key, inventory.code.path, inventory.code.sha256)


def _plan_item(
    definition: Definition, naming: Naming, remote: Mapping[str, RemoteWorkflow], inventory: Inventory, wishes: Wishes
) -> Item:
    named = tuple(as_finding(d) for d in naming.findings if d.dag_id == definition.dag_id)
    name = naming.names.get(definition.dag_id, "")
    base = Item(
        kind=ItemKind.REFUSED,
        dag_id=definition.dag_id,
        name=name,
        origin=definition.origin,
        source=definition.source,
        findings=(*definition.findings, *named),
    )
    if not definition.text or not name:
        return base
    there = remote.get(name) or _without_case(name, remote)
    deployment = desired(definition, name, inventory, wishes)
    base = replace(
        base,
        deployment=deployment,
        scheduled=schedule_of(definition.text),
        warnings=tuple(sorted(predicted_warnings(definition.text))),
    )
    if problem := preflight.in_the_way(there, deployment, remote.values(), inventory.owner, wishes):
        return replace(base, findings=(*base.findings, as_finding(problem)))
    if there is None:
        if any(w.ours(inventory.owner.mark, definition.dag_id) for w in remote.values()):
            # The workflow of the old name may still be scheduled: the new one waits for its cutover.
            deployment = replace(deployment, trigger=MANUAL)
        return replace(base, kind=ItemKind.CREATE, deployment=deployment, token=_token(inventory, deployment))
    return _compare(base, deployment, there, inventory.owner, wishes)


def _token(inventory: Inventory, deployment: Deployment) -> str:
    """Follows from what is asked for; `generation` sets a workflow that was deleted apart from its earlier self
    (docs/faults.md 2, 44).
    """
    caller = inventory.caller
    return idempotency_token(caller.account, caller.region, inventory.generation, encode(deployment))


def _compare(base: Item, deployment: Deployment, there: RemoteWorkflow, owner: Owner, wishes: Wishes) -> Item:
    """An existing workflow of ours: what differs, and whether another version may be made (docs/faults.md 20,
    contract 6.3). The mode and the engine in force stay unless another is asked for.
    """
    deployment = replace(
        deployment, trigger=wishes.trigger_mode or there.trigger_mode, engine=there.config.get("EngineVersion")
    )
    changes, values = [], list[Change]()
    if not same_meaning(there.text, deployment.definition):
        changes.append("definition")
        values += definition_changes(there.text, deployment.definition)
    members = differing_members(deployment, there.config)
    if deployment.trigger != there.trigger_mode:
        members["TriggerMode"] = there.trigger_mode, deployment.trigger
    if elsewhere := there.elsewhere(owner):
        members["location"] = elsewhere, owner.location
    for member, (before, after) in members.items():
        changes.append(member)
        values += changes_between(before, after, member)
    base = replace(base, deployment=deployment, arn=there.arn, version=there.version)
    if problem := preflight.unchangeable(there, deployment):
        return replace(base, kind=ItemKind.REFUSED, findings=(*base.findings, as_finding(problem)))
    if not changes:
        return replace(base, kind=ItemKind.UNCHANGED)
    version_findings = tuple(as_finding(d) for d in preflight.check_versions(there, wishes))
    pruned = wishes.prune_versions if version_findings else 0
    kind = ItemKind.REFUSED if any(f.severity == "error" for f in version_findings) else ItemKind.UPDATE
    diff = _diff(there.text, deployment.definition) if "definition" in changes else ""
    base = replace(base, kind=kind, changes=tuple(changes), values=tuple(values), diff=diff, prune_versions=pruned)
    return replace(base, findings=(*base.findings, *version_findings))


def _plan_trust(inventory: Inventory, wishes: Wishes) -> Trust:
    role, caller = inventory.role_arn, inventory.caller
    statement = Statement(caller.account, caller.region, caller.partition)
    if wishes.skip_trust:
        return Trust(TrustAction.SKIP, role, statement, reason="--skip-trust")
    if inventory.trust is None:
        return Trust(TrustAction.REFUSE, role, statement, reason=inventory.trust_reason or "not readable")
    judgement = judge_trust(inventory.trust, statement, wishes.longest_trust)
    before = fingerprint(inventory.trust)
    match judgement.verdict:
        case Verdict.SUFFICIENT:
            return Trust(TrustAction.NONE, role, statement, before)
        case Verdict.MISSING:
            return Trust(TrustAction.APPEND, role, statement, before)
        case _:
            return Trust(TrustAction.REFUSE, role, statement, before, judgement.reason)


def _diff(before: str, after: str) -> str:
    lines = list(
        difflib.unified_diff(before.splitlines(), after.splitlines(), "on the service", "planned", lineterm="", n=2)
    )
    if len(lines) > _DIFF_LINES:
        lines = [*lines[:_DIFF_LINES], f"... {len(lines) - _DIFF_LINES} more lines"]
    return "\n".join(lines)


def _wanted(dag_id: str, wishes: Wishes) -> bool:
    included = not wishes.include or any(fnmatchcase(dag_id, pattern) for pattern in wishes.include)
    return included and not any(fnmatchcase(dag_id, pattern) for pattern in wishes.exclude)


def _without_case(name: str, remote: Mapping[str, RemoteWorkflow]) -> RemoteWorkflow | None:
    """A workflow whose name differs in case only may be in the way; it is treated as holding the name."""
    return next((workflow for other, workflow in remote.items() if other.casefold() == name.casefold()), None)


def identity(plan: Plan) -> str:
    return hashlib.sha256(json.dumps(encode(replace(plan, id="", made="")), sort_keys=True).encode()).hexdigest()
