"""One AWS call: shape check before it, pacing and retries around it, and botocore's errors as `CallError` after it."""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

import botocore.exceptions
import botocore.parsers
import urllib3.exceptions
from botocore import xform_name

from dagconv.aws import shapes
from dagconv.aws.services import CallError, Cause, Clock, Json

# botocore's own retries are off: they ignore RetryAfterSeconds in the body and would repeat an UpdateWorkflow
# whose answer was lost, which burns a version (docs/faults.md 13; docs/adr).
_THROTTLE_TRIES = 30
_OTHER_TRIES = 5
_LONGEST_WAIT = 60.0
_READS = ("Get", "List", "Head", "Describe", "Simulate")
# Calls that may be repeated although their answer was lost: a token or their own nature makes them idempotent.
_REPEATABLE = frozenset(
    {"CreateWorkflow", "StartWorkflowRun", "TagResource", "UntagResource", "DeleteWorkflow", "StopWorkflowRun"}
)
_CAUSES: Mapping[str, Cause] = {
    "ThrottlingException": Cause.THROTTLED,
    "Throttling": Cause.THROTTLED,
    "TooManyRequestsException": Cause.THROTTLED,
    "RequestLimitExceeded": Cause.THROTTLED,
    "SlowDown": Cause.THROTTLED,
    "ConflictException": Cause.CONFLICT,
    "ConditionalRequestConflict": Cause.PRECONDITION,
    "PreconditionFailed": Cause.PRECONDITION,
    "ConcurrentModification": Cause.PRECONDITION,
    "ResourceNotFoundException": Cause.NOT_FOUND,
    "NoSuchEntity": Cause.NOT_FOUND,
    "NoSuchKey": Cause.NOT_FOUND,
    "NoSuchVersion": Cause.NOT_FOUND,
    "NoSuchBucket": Cause.NOT_FOUND,
    "NotFoundException": Cause.NOT_FOUND,
    "404": Cause.NOT_FOUND,
    "ServiceQuotaExceededException": Cause.QUOTA,
    "LimitExceeded": Cause.QUOTA,
    "ValidationException": Cause.INVALID,
    "MalformedPolicyDocument": Cause.INVALID,
    "AccessDeniedException": Cause.DENIED,
    "AccessDenied": Cause.DENIED,
    "403": Cause.DENIED,
    "UnauthorizedOperation": Cause.DENIED,
    "ExpiredToken": Cause.EXPIRED,
    "ExpiredTokenException": Cause.EXPIRED,
    "RequestExpired": Cause.EXPIRED,
    "InvalidClientTokenId": Cause.EXPIRED,
    "UnrecognizedClientException": Cause.EXPIRED,
    "SignatureDoesNotMatch": Cause.EXPIRED,
    "InvalidSignatureException": Cause.EXPIRED,
    "RequestTimeTooSkewed": Cause.EXPIRED,
    "InternalServerException": Cause.UNKNOWN,
    "OperationTimeoutException": Cause.UNKNOWN,
}
_NEVER_LEFT = (
    botocore.exceptions.EndpointConnectionError,
    botocore.exceptions.ProxyConnectionError,
    botocore.exceptions.ConnectTimeoutError,
)
BODY_ERRORS = (
    botocore.exceptions.HTTPClientError,
    botocore.exceptions.SSLError,  # a proxy may cut a connection after the request went out
    botocore.exceptions.ResponseStreamingError,
    botocore.exceptions.IncompleteReadError,
    botocore.parsers.ResponseParserError,
    urllib3.exceptions.HTTPError,
)


class Pace:
    """Spaces the calls of all threads: one that was throttled holds the others back too."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open_at = 0.0
        self._gap = 0.0
        self.waited = 0.0
        self.throttled = 0
        self.calls = 0

    def enter(self) -> None:
        """Waits for the next free slot."""
        with self._lock:
            now = self._clock.now()
            start = max(now, self._open_at)
            self._open_at = start + self._gap if self._gap else self._open_at
            self._gap *= 0.9 if self._gap > 0.01 else 0.0
            self.calls += 1
            self.waited += start - now
        if start > now:
            self._clock.sleep(start - now)

    def hold(self, seconds: float) -> None:
        """No call before `seconds` from now; the calls after it are spread out."""
        with self._lock:
            self._open_at = max(self._open_at, self._clock.now() + seconds)
            self._gap = min(1.0, max(0.05, self._gap * 2))
            self.throttled += 1


def call(client: Any, service: str, name: str, params: Json, pace: Pace, clock: Clock) -> Json:
    """Makes one call and returns its answer without the transport's metadata.

    Raises CallError. A request that breaks the service's model is not sent.
    """
    if wrong := shapes.check_request(service, name, params):
        raise CallError(Cause.INVALID, f"{service}:{name}", "; ".join(wrong), code="not sent")
    method: Callable[..., Json] = getattr(client, xform_name(name))
    tries = 0
    while True:
        tries += 1
        pace.enter()
        try:
            answer = method(**params)
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, *BODY_ERRORS, ValueError) as error:
            failure = translate(error, f"{service}:{name}")
            wait = _wait(failure, name, tries)
            if wait is None:
                raise failure from error
            if failure.cause is Cause.THROTTLED:
                pace.hold(wait)
            else:
                clock.sleep(wait)
            continue
        answer.pop("ResponseMetadata", None)
        return answer


def _wait(failure: CallError, name: str, tries: int) -> float | None:
    """Seconds until the next try, None when there is none."""
    backoff = min(_LONGEST_WAIT, 0.2 * 2.0 ** min(tries, 10))
    jitter = random.uniform(0, 0.25)  # noqa: S311  # spreads retries, protects nothing
    if failure.cause is Cause.THROTTLED:
        return None if tries >= _THROTTLE_TRIES else max(failure.retry_after or 0.0, min(backoff, 5.0)) + jitter
    if failure.cause is Cause.UNREACHABLE:
        return None if tries >= _OTHER_TRIES else backoff + jitter
    repeatable = name.startswith(_READS) or name in _REPEATABLE
    if failure.cause is Cause.UNKNOWN and repeatable and tries < _OTHER_TRIES:
        return max(failure.retry_after or 0.0, backoff) + jitter
    return None


def translate(error: Exception, name: str) -> CallError:
    """botocore's exception as ours."""
    if isinstance(error, botocore.exceptions.ClientError):
        return _from_answer(error.response, name)
    if isinstance(error, _NEVER_LEFT):
        return CallError(Cause.UNREACHABLE, name, _first_line(error), code=type(error).__name__)
    if isinstance(error, BODY_ERRORS):
        hint = ""
        if isinstance(error, botocore.exceptions.SSLError):
            hint = " (behind a proxy that inspects TLS, AWS_CA_BUNDLE names its certificates)"
        return CallError(Cause.UNKNOWN, name, _first_line(error) + hint, code=type(error).__name__)
    if isinstance(error, botocore.exceptions.ParamValidationError | ValueError):
        return CallError(Cause.INVALID, name, _first_line(error), code="not sent")
    if isinstance(
        error,
        botocore.exceptions.NoCredentialsError
        | botocore.exceptions.PartialCredentialsError
        | botocore.exceptions.CredentialRetrievalError
        | botocore.exceptions.TokenRetrievalError
        | botocore.exceptions.SSOError,
    ):
        return CallError(Cause.EXPIRED, name, _first_line(error), code=type(error).__name__)
    return CallError(Cause.OTHER, name, _first_line(error), code=type(error).__name__)


def _from_answer(response: Mapping[str, Any], name: str) -> CallError:
    failure = response.get("Error", {})
    code = str(failure.get("Code", ""))
    message = str(failure.get("Message") or response.get("Message") or "no message")
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    cause = _CAUSES.get(code)
    if cause is None:
        cause = Cause.UNKNOWN if status >= 500 else Cause.OTHER
    for wrong in response.get("FieldList", []):
        message += f"; {wrong.get('Name')}: {wrong.get('Message')}"
    detail = {key: value for key, value in response.items() if key not in ("Error", "ResponseMetadata")}
    if "skew" in code.lower() or (cause is Cause.EXPIRED and "signature" in message.lower()):
        date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "unknown")
        message += f" (the service's clock says {date}: compare it with this machine's)"
    after = detail.get("RetryAfterSeconds")
    transport = response.get("ResponseMetadata", {})
    return CallError(
        cause,
        name,
        message,
        code=code,
        retry_after=float(after) if isinstance(after, int | float | str) and _is_number(str(after)) else None,
        detail=detail,
        request_id=str(transport.get("RequestId") or transport.get("HTTPHeaders", {}).get("x-amz-request-id", "")),
    )


def refuse_foreign_body(operation_model: Any, response_dict: Json, **_: object) -> None:
    """Handler of `before-parse`: botocore reads a proxy's HTML page or a cut JSON as an empty answer.

    Raises ResponseParserError, which counts as a lost answer.
    """
    body, status = response_dict.get("body"), response_dict.get("status_code", 0)
    if not isinstance(body, bytes) or not body.strip() or status >= 500:
        return
    if operation_model.service_model.protocol in ("json", "rest-json"):
        try:
            json.loads(body)
        except ValueError as error:
            raise botocore.parsers.ResponseParserError(f"the answer is no JSON: {body[:40]!r}") from error
    elif body.lstrip()[:14].lower().startswith((b"<html", b"<!doctype html")):
        raise botocore.parsers.ResponseParserError("the answer is an HTML page, not one of AWS")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text) is not None


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:300]
