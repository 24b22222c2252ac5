"""What a plan is made from: everything read from the environment, the account and the command line, as plain data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from dagconv.aws.services import Caller, Json
from dagconv.deploy.definition import Definition
from dagconv.deploy.remote import RemoteWorkflow
from dagconv.deploy.trust import LONGEST


@dataclass(frozen=True, slots=True)
class Inventory:
    """`trust` is None when the role could not be read, then `trust_reason` says why.

    `workflows_known` is False when ListWorkflows was denied: then nothing is known to be there (C1 24).
    `environment` holds name, version, status and the facts that messages need; empty without an environment.
    `generation` makes the tokens of one plan its own. `customer_key` is the key that the bucket encrypts with.
    """

    caller: Caller
    environment: Json
    bucket: str
    versioning: str
    bucket_facts: Json
    role_arn: str
    role_facts: Json
    trust: Json | None
    trust_reason: str
    definitions: tuple[Definition, ...]
    workflows: tuple[RemoteWorkflow, ...]
    workflows_known: bool
    inputs: Mapping[str, str]
    generation: str
    customer_key: str | None = None
    key_facts: Json = field(default_factory=dict)
    code: Json | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """The command line, as far as it decides the plan. `limit` stops creating after that many workflows."""

    prefix: str = "yaml"
    name_template: str = "{dag_id}"
    suffix_names: bool = False
    trigger_mode: str | None = None
    trigger_mode_raw: bool = False
    skip_trust: bool = False
    longest_trust: int = LONGEST
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    kms_key: str | None = None
    log_group: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    limit: int | None = None
    prune: bool = False
    prune_versions: int = 0
    workflow_quota: int | None = None
    conversion: Mapping[str, str] = field(default_factory=dict)

    def recorded(self) -> Json:
        """The options for the plan file: values that could be secret as hashes (C1 53)."""
        return {
            "prefix": self.prefix,
            "name_template": self.name_template,
            "trigger_mode": self.trigger_mode,
            "include": list(self.include),
            "exclude": list(self.exclude),
            "prune": self.prune,
            "conversion": {name: hashed(value) for name, value in sorted(self.conversion.items())},
            "variables": {name: hashed(value) for name, value in sorted(self.variables.items())},
        }


def hashed(value: str) -> str:
    return "sha256:" + hashlib.sha256(value.encode()).hexdigest()[:16]
