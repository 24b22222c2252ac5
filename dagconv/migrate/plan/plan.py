"""The plan: what an environment and an account hold, and what is wished, turned into steps. Pure; no AWS, no clock."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from dagconv.aws.services import Json
from dagconv.deploy.definition import (
    Definition,
    Finding,
    as_finding,
    object_key,
    predicted_warnings,
    same_meaning,
    schedule_of,
)
from dagconv.deploy.names import Naming, map_names
from dagconv.deploy.remote import TAG_DAG, TAG_ENVIRONMENT, RemoteWorkflow
from dagconv.deploy.trust import Trust, Verdict, fingerprint, judge_trust, own_statement
from dagconv.migrate.plan import preflight
from dagconv.migrate.plan.desired import (
    changed_members,
    client_token,
    desired_code,
    desired_request,
    encryption_key,
)
from dagconv.migrate.plan.item import KINDS, Item
from dagconv.migrate.record import encode
from dagconv.migrate.survey.inventory import Inventory, Wishes, hashed

_DIFF_LINES = 400


@dataclass(frozen=True, slots=True)
class Plan:
    """`inputs` maps each file read to its SHA-256 or ETag. `id` follows from everything else."""

    id: str
    tool: str
    made: str
    account: str
    region: str
    partition: str
    caller: str
    environment: Json
    bucket: str
    versioning: str
    kms_key: str | None
    trust: Trust
    items: tuple[Item, ...]
    code: Json | None
    inputs: Mapping[str, str]
    options: Json
    quota: Json
    findings: tuple[Finding, ...]

    def of(self, *kinds: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.kind in kinds)

    @property
    def has_changes(self) -> bool:
        return bool(self.of("create", "update", "delete")) or self.trust.action == "append"

    @property
    def has_refusals(self) -> bool:
        errors = any(finding.severity == "error" for finding in self.findings)
        return bool(self.of("refused")) or self.trust.action == "refuse" or errors


def plan_migration(inventory: Inventory, wishes: Wishes, *, tool: str, made: str) -> Plan:
    """Pure: the same inventory and wishes give the same plan. `made` is an ISO time, for people only."""
    definitions = [d for d in inventory.definitions if _wanted(d.dag_id, wishes)]
    naming = map_names((d.dag_id for d in definitions if d.text), wishes.name_template, suffix=wishes.suffix_names)
    remote = {workflow.name: workflow for workflow in inventory.workflows}
    items = [_plan_item(definition, naming, remote, inventory, wishes) for definition in definitions]
    items += _plan_deletions(items, inventory, wishes)
    items, quota = preflight.within_quota(items, inventory, wishes)
    trust = _plan_trust(inventory, wishes)
    findings = [*preflight.check_account(inventory, wishes), *preflight.check_trust(trust)]
    plan = Plan(
        id="",
        tool=tool,
        made=made,
        account=inventory.caller.account,
        region=inventory.caller.region,
        partition=inventory.caller.partition,
        caller=inventory.caller.arn,
        environment=_recorded(inventory.environment),
        bucket=inventory.bucket,
        versioning=inventory.versioning,
        kms_key=encryption_key(inventory, wishes),
        trust=trust,
        items=tuple(sorted(items, key=lambda item: (KINDS.index(item.kind), item.dag_id, item.name))),
        code=desired_code(inventory, wishes),
        inputs=dict(sorted(inventory.inputs.items())),
        options=wishes.recorded(),
        quota=quota,
        findings=tuple(as_finding(diagnostic) for diagnostic in findings),
    )
    return replace(plan, id=identity(plan))


def _recorded(environment: Json) -> Json:
    """The environment for the file: configuration options may hold passwords, so only their hashes stay (C1 53)."""
    configuration = {name: hashed(value) for name, value in environment.get("configuration", {}).items()}
    return {**environment, "configuration": configuration} if environment else {}


def _plan_item(
    definition: Definition, naming: Naming, remote: Mapping[str, RemoteWorkflow], inventory: Inventory, wishes: Wishes
) -> Item:
    named = tuple(as_finding(d) for d in naming.findings if d.dag_id == definition.dag_id)
    name = naming.names.get(definition.dag_id, "")
    base = Item(
        kind="refused",
        dag_id=definition.dag_id,
        name=name,
        origin=definition.origin,
        source=definition.source,
        findings=(*definition.findings, *named),
    )
    if not definition.text or not name:
        return base
    there = remote.get(name) or _without_case(name, remote)
    request = desired_request(definition, inventory, wishes)
    base = replace(
        base,
        text=definition.text,
        scheduled=schedule_of(definition.text),
        request=request,
        key=object_key(wishes.prefix, name, definition.sha256, inventory.versioning),
        warnings=tuple(sorted(predicted_warnings(definition.text))),
    )
    if there is None:
        return replace(base, kind="create", token=client_token(inventory, name, definition, request))
    if not there.ours(definition.dag_id):
        return replace(
            base, findings=(*base.findings, as_finding(preflight.foreign_workflow(there, definition.dag_id)))
        )
    return _compare(base, there, definition, wishes)


def _compare(base: Item, there: RemoteWorkflow, definition: Definition, wishes: Wishes) -> Item:
    """An existing workflow of ours: what differs, and whether another version may be made (C1 20, contract 6.3)."""
    # The mode in force stays unless one was asked for: a cutover must survive the next deployment.
    request = {**base.request, "TriggerMode": wishes.trigger_mode or there.trigger_mode}
    changes = [] if same_meaning(there.text, definition.text) else ["definition"]
    changes += changed_members(request, there.config)
    if request["TriggerMode"] != there.trigger_mode:
        changes.append("TriggerMode")
    base = replace(base, request=request, arn=there.arn, version=there.version)
    if problem := preflight.unchangeable(there, request):
        return replace(base, kind="refused", findings=(*base.findings, as_finding(problem)))
    if not changes:
        return replace(base, kind="unchanged", key="")
    version_findings = tuple(as_finding(d) for d in preflight.check_versions(there, wishes))
    pruned = wishes.prune_versions if version_findings else 0
    kind = "refused" if any(f.severity == "error" for f in version_findings) else "update"
    diff = _diff(there.text, definition.text) if "definition" in changes else ""
    base = replace(base, kind=kind, changes=tuple(changes), diff=diff, prune_versions=pruned)
    return replace(base, findings=(*base.findings, *version_findings))


def _plan_deletions(items: list[Item], inventory: Inventory, wishes: Wishes) -> list[Item]:
    """With --prune: workflows of ours, made from this environment, whose DAG is gone."""
    if not wishes.prune:
        return []
    kept = {item.name for item in items} | {item.dag_id for item in items}
    environment = str(inventory.environment.get("name", ""))
    return [
        Item("delete", there.tags.get(TAG_DAG, ""), there.name, arn=there.arn, version=there.version)
        for there in inventory.workflows
        if there.ours()
        and there.tags.get(TAG_ENVIRONMENT, "") == environment
        and there.name not in kept
        and there.tags.get(TAG_DAG) not in kept
    ]


def _plan_trust(inventory: Inventory, wishes: Wishes) -> Trust:
    role = inventory.role_arn
    if wishes.skip_trust:
        return Trust("skip", role, reason="--skip-trust")
    account, region, partition = inventory.caller.account, inventory.caller.region, inventory.caller.partition
    statement = own_statement(account, region, partition)
    if inventory.trust is None:
        return Trust("refuse", role, reason=inventory.trust_reason or "not readable", statement=statement)
    judgement = judge_trust(inventory.trust, account, region, partition, wishes.longest_trust)
    before = fingerprint(inventory.trust)
    match judgement.verdict:
        case Verdict.SUFFICIENT:
            return Trust("none", role, before)
        case Verdict.MISSING:
            return Trust("append", role, before, "", statement, judgement.document or {})
        case _:
            return Trust("refuse", role, before, judgement.reason, statement)


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
