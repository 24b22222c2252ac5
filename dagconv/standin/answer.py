"""Answers and errors of the stand-in, written in the protocol of the service that is played."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

REQUEST_ID = "5e5e0000-rehearsal"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818  # the service's word, not a fault of ours
    """A modelled error: its shape's name, HTTP status and members."""

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status
        self.members = {"Message": message, **members}


def as_json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/x-amz-json-1.0"})


def as_error(service: str, refusal: Refusal) -> Answer:
    """The same error in JSON for the newer services, in XML for S3, IAM and STS."""
    message = str(refusal.members["Message"])
    if service == "s3":
        text = (
            f"<Error><Code>{refusal.code}</Code><Message>{escape(message)}</Message>"
            f"<RequestId>{REQUEST_ID}</RequestId></Error>"
        )
        return Answer(
            refusal.status, text.encode(), {"Content-Type": "application/xml", "x-amz-request-id": REQUEST_ID}
        )
    if service in ("iam", "sts"):
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{refusal.code}</Code>"
            f"<Message>{escape(message)}</Message></Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        )
        return Answer(refusal.status, text.encode(), {"Content-Type": "text/xml"})
    answer = as_json({"__type": refusal.code, **refusal.members}, refusal.status)
    headers = {"x-amzn-ErrorType": refusal.code, "x-amzn-RequestId": REQUEST_ID}
    return Answer(answer.status, answer.body, {**answer.headers, **headers})


def invalid(message: str, *fields: tuple[str, str], reason: str = "fieldValidationFailed") -> Refusal:
    members: dict[str, Any] = {"Reason": reason}
    if fields:
        members["FieldList"] = [{"Name": name, "Message": text[:2048]} for name, text in fields]
    return Refusal("ValidationException", message[:2048], 400, **members)


def not_found(kind: str, name: str) -> Refusal:
    return Refusal(
        "ResourceNotFoundException", f"{kind} {name} does not exist", 404, ResourceId=name, ResourceType=kind
    )


def throttled(seconds: int) -> Refusal:
    return Refusal(
        "ThrottlingException",
        "Rate exceeded",
        429,
        ServiceCode="airflow-serverless",
        QuotaCode="L-REHEARSE",
        RetryAfterSeconds=seconds,
    )


def over_quota(message: str, name: str) -> Refusal:
    return Refusal(
        "ServiceQuotaExceededException",
        message,
        402,
        ResourceId=name,
        ResourceType="workflow",
        ServiceCode="airflow-serverless",
        QuotaCode="L-REHEARSE",
    )
