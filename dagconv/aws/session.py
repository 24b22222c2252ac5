"""Opens the doors to AWS for one Region and profile: configuration, endpoints, credentials, checks of this botocore."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import boto3
import botocore
import botocore.exceptions
from botocore.config import Config

from dagconv.aws import shapes
from dagconv.aws.account import AwsEnvironments, AwsIdentity, AwsKeys, AwsLogs, AwsRoles
from dagconv.aws.call import Pace, call, refuse_foreign_body
from dagconv.aws.clock import open_clock
from dagconv.aws.services import Clock, Json, World
from dagconv.aws.store import AwsStore
from dagconv.aws.workflows import AwsWorkflows, Invoke
from dagconv.catalog.service import service
from dagconv.errors import UsageError
from dagconv.version import __version__

MINIMUM_BOTOCORE = "1.44.4"  # the first with CreateAirflowUiUrl (contract, head; rule 67)


def open_world(region: str | None, profile: str | None, say: Callable[[str], None]) -> World:
    """The doors to AWS. Clients are made when first used.

    Raises UsageError for a missing Region, a Region without the service, an unknown profile and an old botocore.
    """
    require_model()
    try:
        named = region or os.environ.get("AWS_REGION")  # which botocore itself does not read
        core = shapes.new_session()
        session = boto3.Session(profile_name=profile, region_name=named, botocore_session=core)
        core.get_scoped_config()  # else the profile is looked for with the first client only
    except botocore.exceptions.ProfileNotFound as error:
        raise UsageError(f"{error}; the profiles are those of the AWS configuration files") from error
    if not session.region_name:
        raise UsageError("no Region: give --region or set AWS_REGION")
    require_region(session.region_name, core)
    clock = open_clock()
    doors = _Doors(session, clock)
    identity = AwsIdentity(doors.invoke("sts"), session.region_name)
    return World(
        identity=identity,
        workflows=AwsWorkflows(doors.invoke("mwaa-serverless")),
        store=AwsStore(doors.invoke("s3"), lambda: identity.caller().account),
        roles=AwsRoles(doors.invoke("iam")),
        environments=AwsEnvironments(doors.invoke("mwaa")),
        logs=AwsLogs(doors.invoke("logs")),
        keys=AwsKeys(doors.invoke("kms")),
        clock=clock,
        say=say,
    )


class _Doors:
    """Clients of one session, each with its own pace."""

    def __init__(self, session: Any, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._lock = threading.Lock()
        self._clients: dict[str, tuple[Any, Pace]] = {}

    def invoke(self, name: str) -> Invoke:
        def invoke(operation: str, request: Json) -> Json:
            client, pace = self._client(name)
            return call(client, name, operation, request, pace, self._clock)

        return invoke

    def _client(self, name: str) -> tuple[Any, Pace]:
        with self._lock:
            if name not in self._clients:
                client = self._session.client(name, config=_config(name))
                client.meta.events.register("before-parse", refuse_foreign_body)
                self._clients[name] = (client, Pace(self._clock))
            return self._clients[name]


def _config(name: str) -> Config:
    """Own endpoints need path-style S3, and no host prefix before mwaa's operations (C3)."""
    local = bool(
        os.environ.get("AWS_ENDPOINT_URL") or os.environ.get(f"AWS_ENDPOINT_URL_{name.upper().replace('-', '_')}")
    )
    return Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=10,
        read_timeout=float(os.environ.get("DAGCONV_TEST_READ_TIMEOUT", "60")),
        max_pool_connections=32,
        user_agent_extra=f"dagconv/{__version__}",
        inject_host_prefix=False if local else None,
        s3={"addressing_style": "path"} if local else None,
    )


def require_model() -> None:
    """Raises UsageError when this botocore cannot say everything that a migration sends (docs/faults.md 12)."""
    try:
        shape = shapes.operation("mwaa-serverless", "CreateWorkflow").input_shape
        complete = shape is not None and {"Code", "Environment", "TriggerMode"} <= set(shape.members)
    except botocore.exceptions.UnknownServiceError:
        complete = False
    if not complete:
        raise UsageError(
            f"botocore {botocore.__version__} does not know all of mwaa-serverless: "
            f"install botocore {MINIMUM_BOTOCORE} or newer"
        )


def require_region(region: str, session: Any) -> None:
    """Raises UsageError where the service is not offered; the endpoint resolver alone accepts any name
    (docs/faults.md 11). `session` is botocore's.
    """
    excluded = service().excluded_partitions
    offered = sorted(
        name
        for partition in session.get_available_partitions()
        if partition not in excluded
        for name in session.get_available_regions("s3", partition)
    )
    if region not in offered:
        raise UsageError(f"MWAA Serverless is not offered in {region}; Regions known here: {', '.join(offered)}")
