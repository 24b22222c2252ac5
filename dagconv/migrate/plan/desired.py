"""What a workflow should look like on the service: the members of its request, its keys, its token. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from dagconv.aws.services import Json
from dagconv.deploy.definition import Definition, body_of
from dagconv.deploy.remote import TAG_DAG, TAG_ENVIRONMENT, TAG_MANAGED, TAG_SHA
from dagconv.migrate.survey.inventory import Inventory, Wishes

# Members of a version that a plan sets; compared with what GetWorkflow says.
_COMPARED = ("RoleArn", "Code", "Description", "Environment", "LoggingConfiguration", "NetworkConfiguration")


def changed_members(wanted: Json, there: Mapping[str, Any]) -> list[str]:
    """Names of the members that differ. A package is the same when its bytes are: its key holds their hash."""
    return [name for name in _COMPARED if not _same_member(name, wanted.get(name), there.get(name))]


def desired_request(definition: Definition, inventory: Inventory, wishes: Wishes) -> Json:
    """Everything that a version carries, resent whole every time (contract 6.3, rule 60)."""
    found = body_of(definition.text)
    description = definition.description or (found[1].get("description") if found else None)
    request: Json = {"RoleArn": inventory.role_arn, "TriggerMode": wishes.trigger_mode or "MANUAL"}
    if isinstance(description, str) and description.strip():
        request["Description"] = " ".join(description.split())[:1024]
    if wishes.variables:
        request["Environment"] = {"Variables": dict(sorted(wishes.variables.items()))}
    if wishes.subnets or wishes.security_groups:
        request["NetworkConfiguration"] = {
            "SubnetIds": list(wishes.subnets),
            "SecurityGroupIds": list(wishes.security_groups),
        }
    if wishes.log_group:
        request["LoggingConfiguration"] = {"LogGroupName": wishes.log_group}
    if (key := encryption_key(inventory, wishes)) is not None:
        request["EncryptionConfiguration"] = {"Type": "CUSTOMER_MANAGED_KEY", "KmsKeyId": key}
    if code := desired_code(inventory, wishes):
        request["Code"] = {"S3Location": {"Bucket": inventory.bucket, "ObjectKey": code["key"]}}
    request["Tags"] = {
        **wishes.tags,
        TAG_MANAGED: "true",
        TAG_DAG: definition.dag_id,
        TAG_SHA: definition.sha256,
        TAG_ENVIRONMENT: str(inventory.environment.get("name", "")),
    }
    return request


def _same_member(name: str, wanted: Any, there: Any) -> bool:
    if name == "Code":
        wanted, there = (v and {k: x for k, x in v["S3Location"].items() if k != "VersionId"} for v in (wanted, there))
    return bool(_plain(wanted) == _plain(there))


def _plain(value: Any) -> Any:
    """Absent, empty and nothing are the same; the order of subnets does not matter."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items() if _plain(v) is not None} or None
    if isinstance(value, list | tuple):
        return sorted(map(str, value)) or None
    return None if value in (None, "") else value


def desired_code(inventory: Inventory, wishes: Wishes) -> Json | None:
    if inventory.code is None:
        return None
    sha, suffix, path = inventory.code["sha256"], inventory.code["suffix"], inventory.code["path"]
    return {"key": f"{wishes.prefix.strip('/')}/code/{sha[:32]}{suffix}", "sha256": sha, "path": path}


def encryption_key(inventory: Inventory, wishes: Wishes) -> str | None:
    """The key of the workflows: an encrypted definition needs the same one (contract 6.6)."""
    return wishes.kms_key or inventory.customer_key


def client_token(inventory: Inventory, name: str, definition: Definition, request: Json) -> str:
    """Our own idempotency token: it follows from what is asked for, so a repeat of the same is no second workflow.

    `generation` sets a workflow that was deleted apart from its earlier self (C1 2, 44).
    """
    parts = [inventory.caller.account, inventory.caller.region, name, definition.sha256, inventory.generation, request]
    return "dagconv-" + hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]
