"""The doors to STS, IAM, KMS, CloudWatch Logs and the old MWAA environment: few calls each, read mostly."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Sequence
from typing import Any

from dagconv.aws.services import Caller, CallError, Cause, Json
from dagconv.aws.workflows import Invoke


class AwsIdentity:
    def __init__(self, invoke: Invoke, region: str) -> None:
        self._invoke = invoke
        self._region = region
        self._caller: Caller | None = None

    def caller(self) -> Caller:
        """Asked once a process: an account does not change under way."""
        if self._caller is None:
            answer = self._invoke("GetCallerIdentity", {})
            arn = str(answer["Arn"])
            self._caller = Caller(str(answer["Account"]), arn, self._region, arn.split(":")[1])
        return self._caller


class AwsRoles:
    def __init__(self, invoke: Invoke) -> None:
        self._invoke = invoke

    def get(self, name: str) -> Json:
        role: Json = self._invoke("GetRole", {"RoleName": name})["Role"]
        document = role.get("AssumeRolePolicyDocument")
        if isinstance(document, str):
            role["AssumeRolePolicyDocument"] = json.loads(urllib.parse.unquote(document))
        return role

    def set_trust(self, name: str, document: Json) -> None:
        text = json.dumps(document, separators=(",", ":"))
        self._invoke("UpdateAssumeRolePolicy", {"RoleName": name, "PolicyDocument": text})

    def simulate(self, arn: str, actions: Sequence[str], resource: str) -> list[Json]:
        request: Json = {"PolicySourceArn": arn, "ActionNames": list(actions), "ResourceArns": [resource]}
        return list(self._invoke("SimulatePrincipalPolicy", request).get("EvaluationResults", []))


class AwsKeys:
    def __init__(self, invoke: Invoke) -> None:
        self._invoke = invoke

    def describe(self, key: str) -> Json:
        metadata: Json = self._invoke("DescribeKey", {"KeyId": key})["KeyMetadata"]
        return metadata


class AwsLogs:
    def __init__(self, invoke: Invoke) -> None:
        self._invoke = invoke

    def tail(self, group: str, stream: str, limit: int) -> list[str]:
        """The last lines of a stream; none when it does not exist yet."""
        request = {"logGroupName": group, "logStreamName": stream, "limit": limit, "startFromHead": False}
        try:
            events = self._invoke("GetLogEvents", request).get("events", [])
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                return []
            raise
        return [str(event.get("message", "")).rstrip() for event in events]

    def page(
        self, group: str, stream: str, token: str | None, since: int | None
    ) -> tuple[list[Json], str | None] | None:
        """Events from the head or from a token on, and the token of what follows; None while there is no stream."""
        request: Json = {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
        if token is not None:
            request["nextToken"] = token
        if since is not None:
            request["startTime"] = since
        try:
            answer = self._invoke("GetLogEvents", request)
        except CallError as error:
            if error.cause is Cause.NOT_FOUND:
                return None
            raise
        return list(answer.get("events", [])), answer.get("nextForwardToken")

    def has_group(self, group: str) -> bool:
        found = self._invoke("DescribeLogGroups", {"logGroupNamePrefix": group, "limit": 50}).get("logGroups", [])
        return any(one.get("logGroupName") == group for one in found)

    def delete_group(self, group: str) -> None:
        """One that is gone already is none to delete."""
        try:
            self._invoke("DeleteLogGroup", {"logGroupName": group})
        except CallError as error:
            if error.cause is not Cause.NOT_FOUND:
                raise


class AwsEnvironments:
    def __init__(self, invoke: Invoke) -> None:
        self._invoke = invoke

    def get(self, name: str) -> Json:
        environment: Json = self._invoke("GetEnvironment", {"Name": name})["Environment"]
        return environment

    def invoke(self, name: str, method: str, path: str, query: Json | None, body: Json | None) -> tuple[int, Any]:
        request: Json = {"Name": name, "Path": path, "Method": method}
        if query:
            request["QueryParameters"] = query
        if body is not None:
            request["Body"] = body
        try:
            answer = self._invoke("InvokeRestApi", request)
        except CallError as error:
            status = error.detail.get("RestApiStatusCode")
            if isinstance(status, int):
                return status, error.detail.get("RestApiResponse")
            raise
        return int(answer.get("RestApiStatusCode", 0)), answer.get("RestApiResponse")
