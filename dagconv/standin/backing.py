"""What the stand-in reads and writes in moto: definitions in S3, trust policies in IAM, log lines in CloudWatch."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import urllib.parse
from typing import Any

import boto3
import botocore.exceptions
from botocore.config import Config

from dagconv.standin.answer import Refusal, invalid
from dagconv.standin.ticker import Ticker

ACCOUNT = "123456789012"  # moto's own account
SERVICE = "airflow-serverless.amazonaws.com"
CREDENTIALS = {"aws_access_key_id": "rehearsal", "aws_secret_access_key": "rehearsal"}


class Backing:
    """Clients of moto. A trust policy counts `delay` seconds after it was first seen, as IAM takes its time
    (docs/faults.md 30).
    """

    def __init__(self, moto_url: str, region: str, ticker: Ticker) -> None:
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        common: dict[str, Any] = {"endpoint_url": moto_url, "region_name": region, "config": config, **CREDENTIALS}
        self.s3 = boto3.client("s3", **common)
        self.iam = boto3.client("iam", **common)
        self.kms = boto3.client("kms", **common)
        self.logs = boto3.client("logs", **common)
        self.region = region
        self._ticker = ticker
        self._lock = threading.Lock()
        self._trusted_since: dict[tuple[str, str], float] = {}
        self.trust_delay = 0.0

    def definition(self, location: dict[str, str]) -> tuple[bytes, str | None]:
        """The bytes of a definition and the key that the object is encrypted with."""
        request = {"Bucket": location["Bucket"], "Key": location["ObjectKey"]}
        if "VersionId" in location:
            request["VersionId"] = location["VersionId"]
        try:
            found = self.s3.get_object(**request)
        except botocore.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            raise invalid(
                f"cannot read s3://{request['Bucket']}/{request['Key']}: {code}", ("DefinitionS3Location", code)
            ) from error
        return found["Body"].read(), found.get("SSEKMSKeyId")

    def overwrite(self, bucket: str, prefix: str, body: str) -> None:
        """What lies under the one key with this prefix gets another content, and keeps its marks."""
        (item,) = self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
        marks = self.s3.head_object(Bucket=bucket, Key=item["Key"])["Metadata"]
        self.s3.put_object(Bucket=bucket, Key=item["Key"], Body=body.encode(), Metadata=marks)

    def require_trust(self, role_arn: str) -> None:
        """Raises Refusal unless the role lets the service assume it, long enough for IAM to have spread that."""
        if role_arn.split(":")[4] != ACCOUNT:
            raise invalid(f"Role {role_arn} is of another account", ("RoleArn", "another account"))
        name = role_arn.rsplit("/", 1)[-1]
        try:
            role = self.iam.get_role(RoleName=name)["Role"]
        except botocore.exceptions.ClientError as error:
            raise invalid(f"Role {role_arn} does not exist", ("RoleArn", "no such role")) from error
        document = role["AssumeRolePolicyDocument"]
        if isinstance(document, str):
            document = json.loads(urllib.parse.unquote(document))
        text = json.dumps(document, sort_keys=True)
        with self._lock:
            since = self._trusted_since.setdefault((name, text), self._ticker.now())
        if not _trusts(document) or self._ticker.now() - since < self.trust_delay:
            raise invalid(
                f"The role {role_arn} cannot be assumed by {SERVICE}: check its trust policy",
                ("RoleArn", "not assumable"),
            )

    def trust_known(self, role_arn: str) -> None:
        """The trust policy as it stands counts from now on without delay: the stage was set long ago."""
        name = role_arn.rsplit("/", 1)[-1]
        document = self.iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        self._trusted_since[(name, json.dumps(document, sort_keys=True))] = float("-inf")

    def ensure_group(self, group: str) -> None:
        try:
            self.logs.create_log_group(logGroupName=group)
        except self.logs.exceptions.ResourceAlreadyExistsException:
            return

    def write_log(self, group: str, stream: str, lines: list[str], after: int) -> int:
        """Appends lines, each later than `after`; the time of the last, in ms. CloudWatch takes 10,000 at a time."""
        self.ensure_group(group)
        with contextlib.suppress(self.logs.exceptions.ResourceAlreadyExistsException):
            self.logs.create_log_stream(logGroupName=group, logStreamName=stream)
        # moto refuses events from hours ahead of the machine, as CloudWatch does, and the virtual clock may be there.
        now = max(int(min(self._ticker.now(), time.time()) * 1000), after + 1)
        events = [{"timestamp": now + index, "message": line} for index, line in enumerate(lines)]
        for start in range(0, len(events), 10_000):
            self.logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events[start : start + 10_000])
        return now + len(events) - 1

    def forget(self) -> None:
        self._trusted_since.clear()
        self.trust_delay = 0.0


def _trusts(document: dict[str, Any]) -> bool:
    statements = document.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal", {})
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        named = SERVICE in (services if isinstance(services, list) else [services])
        actions = statement.get("Action", [])
        allowed = "sts:AssumeRole" in (actions if isinstance(actions, list) else [actions])
        if named and allowed and statement.get("Effect") == "Allow":
            return True
    return False


__all__ = ["ACCOUNT", "CREDENTIALS", "SERVICE", "Backing", "Refusal"]
