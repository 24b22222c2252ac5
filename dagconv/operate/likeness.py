"""Takes role, network, log group and key of a provisioned environment as the wishes of a deploy; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dagconv.deploy.deployment import Network
from dagconv.operate.desire import Wishes


def like_environment(environment: Mapping[str, Any], wishes: Wishes, *, new: bool) -> Wishes:
    """What the call itself says stays. `environment` are GetEnvironment's members; a key is for a new workflow only,
    since it cannot be changed later (contract 6.2).
    """
    network = environment.get("NetworkConfiguration") or {}
    subnets, groups = tuple(network.get("SubnetIds") or ()), tuple(network.get("SecurityGroupIds") or ())
    return replace(
        wishes,
        role=wishes.role or environment.get("ExecutionRoleArn"),
        network=wishes.network or (Network(subnets, groups) if subnets else None),
        logging=wishes.logging or _task_logs(environment),
        encryption_key=wishes.encryption_key or (environment.get("KmsKey") if new else None),
    )


def _task_logs(environment: Mapping[str, Any]) -> str | None:
    """The group of its task logs where these are switched on."""
    logs = (environment.get("LoggingConfiguration") or {}).get("TaskLogs") or {}
    arn = str(logs.get("CloudWatchLogGroupArn") or "")
    name = arn.partition(":log-group:")[2].removesuffix(":*")
    return name or None if logs.get("Enabled") else None
