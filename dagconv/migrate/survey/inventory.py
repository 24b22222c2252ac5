"""What a plan is made from: everything read from the environment, the account and the command line, as plain data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from dagconv.aws.services import BucketFacts, Caller, Json
from dagconv.deploy.definition import Definition, Origin
from dagconv.deploy.log_access import LogAccess
from dagconv.deploy.remote import Owner, RemoteWorkflow
from dagconv.deploy.trust import LONGEST


@dataclass(frozen=True, slots=True)
class Environment:
    """An MWAA environment. `plugins`, `requirements` and `startup_script` are keys in its bucket, empty without.

    In a plan the values of `configuration` are hashes: they may hold passwords.
    """

    name: str
    arn: str
    status: str
    airflow_version: str
    role_arn: str
    bucket: str
    dags_path: str
    plugins: str = ""
    plugins_version: str = ""
    requirements: str = ""
    startup_script: str = ""
    kms_key: str = ""
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    configuration: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Package:
    """The code package: a local file, its content's hash and its kind as a suffix."""

    path: str
    sha256: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The files that definitions of an origin come from; `broken` are those that could not be read as a whole, with
    their text, empty where not even that could be had.
    """

    origin: Origin
    files: frozenset[str]
    broken: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Inventory:
    """`trust` is the role's policy, None when it could not be read; then `trust_reason` says why.

    `workflows_known` is False when ListWorkflows was denied: then nothing is known to be there (docs/faults.md 24).
    `generation` makes the tokens of one plan its own. `paused` are DAGs of the old environment, None where it
    could not be asked; `customer_key` is the key that the bucket encrypts with. `logs` is None for a role of another
    account.
    """

    caller: Caller
    owner: Owner
    environment: Environment | None
    bucket: str
    bucket_facts: BucketFacts
    role_arn: str
    trust: Json | None
    trust_reason: str
    definitions: tuple[Definition, ...]
    surveyed: tuple[Surveyed, ...]
    workflows: tuple[RemoteWorkflow, ...]
    workflows_known: bool
    inputs: Mapping[str, str]
    generation: str
    paused: frozenset[str] | None = None
    customer_key: str | None = None
    multi_region_key: bool = False
    code: Package | None = None
    logs: LogAccess | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a plan for its file: values that could be secret as hashes (docs/faults.md 53)."""

    prefix: str
    name_template: str
    trigger_mode: str | None
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    prune: bool
    conversion: Mapping[str, str]
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wishes:
    """The command line, as far as it decides the plan. `limit` stops creating after that many workflows.

    Without `network` the environment's is left out.
    """

    prefix: str = "yaml"
    name_template: str = "{dag_id}"
    suffix_names: bool = False
    trigger_mode: str | None = None
    trigger_mode_raw: bool = False
    skip_trust: bool = False
    longest_trust: int = LONGEST
    network: bool = True
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
    take_over: bool = False
    prune_versions: int = 0
    workflow_quota: int | None = None
    conversion: Mapping[str, str] = field(default_factory=dict)

    def recorded(self) -> Options:
        return Options(
            self.prefix,
            self.name_template,
            self.trigger_mode,
            self.include,
            self.exclude,
            self.prune,
            {name: hashed(value) for name, value in sorted(self.conversion.items())},
            {name: hashed(value) for name, value in sorted(self.variables.items())},
        )


def hashed(value: str) -> str:
    return "sha256:" + hashlib.sha256(value.encode()).hexdigest()[:16]
