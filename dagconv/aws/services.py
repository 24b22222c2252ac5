"""What the migrator needs of AWS, as small Protocols without boto3, and the one exception that their calls raise."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dagconv.errors import DagconvError

# JSON as AWS returns and takes it.
Json = dict[str, Any]


class Cause(str, enum.Enum):
    """Why a call failed, by what may be done next."""

    THROTTLED = "throttled"  # nothing happened; wait
    UNKNOWN = "unknown outcome"  # the request may have been carried out: read back before any repeat
    DENIED = "access denied"
    EXPIRED = "credentials"  # expired, missing or not accepted: no other call will do better
    CONFLICT = "conflict"
    NOT_FOUND = "not found"
    QUOTA = "quota"
    INVALID = "invalid"
    PRECONDITION = "changed meanwhile"  # a conditional write or read found another state
    UNREACHABLE = "unreachable"  # the request never left: no connection was made
    OTHER = "refused"


class CallError(DagconvError):
    """A call that did not succeed, after the retries that its cause allows.

    `request_id` is AWS's own, by which its support and CloudTrail find the call; `detail` holds the members of a
    modelled error (ResourceId, FieldList, ...).
    """

    def __init__(
        self,
        cause: Cause,
        call: str,
        message: str,
        *,
        code: str = "",
        retry_after: float | None = None,
        detail: Mapping[str, Any] | None = None,
        request_id: str = "",
    ) -> None:
        asked = f" (request {request_id})" if request_id else ""
        super().__init__(f"{call}: {code + ': ' if code else ''}{message}{asked}")
        self.cause = cause
        self.call = call
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.detail: Mapping[str, Any] = detail or {}


class Clock(Protocol):
    """Time as an argument: `now` in seconds since the epoch, UTC."""

    def now(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, by GetCallerIdentity, and where."""

    account: str
    arn: str
    region: str
    partition: str


def belongs_to(arn: str, caller: Caller, *, account: bool = True) -> bool:
    """Whether an ARN is of the caller's partition, and of their account too."""
    parts = arn.split(":", 5)
    return len(parts) == 6 and parts[1] == caller.partition and (not account or parts[4] == caller.account)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it lies in a bucket. `version_id` is None where the bucket keeps no usable version."""

    key: str
    etag: str
    version_id: str | None
    size: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)
    storage_class: str = "STANDARD"


class Versioning(str, enum.Enum):
    """Of a bucket: whether it keeps what is overwritten."""

    ENABLED = "enabled"
    SUSPENDED = "suspended"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class BucketFacts:
    """What a bucket says of itself. `kms_key` is its default key; None stands for what could not be read."""

    region: str
    versioning: Versioning
    kms_key: str | None = None
    public_access_blocked: bool | None = None
    expiring_prefixes: tuple[str, ...] = ()


class Workflows(Protocol):
    """mwaa-serverless. Requests and answers are the API's own members (contract 6)."""

    def create(self, request: Json) -> Json: ...
    def update(self, request: Json) -> Json: ...
    def delete(self, arn: str, version: str | None = None) -> None: ...
    def get(self, arn: str, version: str | None = None) -> Json: ...
    def all(self) -> Iterator[Json]: ...
    def versions(self, arn: str) -> Iterator[Json]: ...
    def tags(self, arn: str) -> dict[str, str]: ...
    def tag(self, arn: str, tags: Mapping[str, str]) -> None: ...
    def untag(self, arn: str, keys: Sequence[str]) -> None: ...
    def start_run(self, arn: str, token: str, parameters: Json) -> str: ...
    def stop_run(self, arn: str, run_id: str) -> None: ...
    def ui_url(self) -> str: ...
    def run(self, arn: str, run_id: str) -> Json: ...
    def runs(self, arn: str) -> Iterator[Json]: ...
    def task_instances(self, arn: str, run_id: str) -> Iterator[Json]: ...
    def task_instance(self, arn: str, run_id: str, task_instance_id: str) -> Json: ...


class Store(Protocol):
    """S3, each call with the expected owner of the bucket."""

    def describe(self, bucket: str) -> BucketFacts: ...
    def head(self, bucket: str, key: str, version_id: str | None = None) -> StoredObject | None: ...
    def read(self, bucket: str, key: str, version_id: str | None = None, etag: str | None = None) -> bytes: ...
    def download(self, bucket: str, key: str, target: Path, etag: str | None = None) -> StoredObject: ...
    def listing(self, bucket: str, prefix: str) -> Iterator[StoredObject]: ...
    def put(
        self,
        bucket: str,
        key: str,
        body: bytes,
        *,
        metadata: Mapping[str, str],
        replaces: str | None = None,
        kms_key: str | None = None,
    ) -> StoredObject: ...
    def delete(self, bucket: str, key: str, version_id: str | None = None) -> None: ...


class Roles(Protocol):
    """IAM roles: `get` gives GetRole's Role with the trust policy as a document, `simulate` the EvaluationResults of
    the actions on one resource.
    """

    def get(self, name: str) -> Json: ...
    def set_trust(self, name: str, document: Json) -> None: ...
    def simulate(self, arn: str, actions: Sequence[str], resource: str) -> list[Json]: ...


class Identity(Protocol):
    def caller(self) -> Caller: ...


class Environments(Protocol):
    """mwaa: the old environment and its Airflow REST API (`invoke` gives status and body)."""

    def get(self, name: str) -> Json: ...
    def invoke(self, name: str, method: str, path: str, query: Json | None, body: Json | None) -> tuple[int, Any]: ...


class Logs(Protocol):
    def tail(self, group: str, stream: str, limit: int) -> list[str]: ...
    def page(
        self, group: str, stream: str, token: str | None, since: int | None
    ) -> tuple[list[Json], str | None] | None: ...
    def has_group(self, group: str) -> bool: ...
    def delete_group(self, group: str) -> None: ...


class Keys(Protocol):
    def describe(self, key: str) -> Json: ...


@dataclass(frozen=True, slots=True)
class World:
    """Everything outside the process, as one argument."""

    identity: Identity
    workflows: Workflows
    store: Store
    roles: Roles
    environments: Environments
    logs: Logs
    keys: Keys
    clock: Clock
    say: Callable[[str], None]
