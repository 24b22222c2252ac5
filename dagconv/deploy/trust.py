"""Trust policies as documents: does the role let the service in, and what is the one statement to add if not."""

from __future__ import annotations

import copy
import enum
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dagconv.aws.services import Json

SERVICE = "airflow-serverless.amazonaws.com"
ACTION = "sts:AssumeRole"
LONGEST = 2048  # characters without white space; an account may raise it to 4,096
_KEYS = {"Sid", "Effect", "Principal", "Action", "Condition"}
_CONDITIONS = {"aws:sourceaccount", "aws:sourcearn"}


class Verdict(str, enum.Enum):
    SUFFICIENT = "sufficient"
    MISSING = "missing"
    DENIED = "denied"  # a Deny statement names the service: no Allow can help
    UNUSUAL = "unusual"  # a shape that is not understood: shown and left alone
    TOO_LONG = "too long"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`document` is the policy with our statement appended, for MISSING only."""

    verdict: Verdict
    reason: str = ""
    document: Json | None = None


class TrustAction(str, enum.Enum):
    """What a plan does about a role's trust policy."""

    APPEND = "append"
    NONE = "none"
    SKIP = "skip"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Statement:
    """Our own statement: it lets the service assume the role for workflows of this account and Region only."""

    account: str
    region: str
    partition: str

    def document(self) -> Json:
        """As IAM takes it (contract 6.5)."""
        return {
            "Sid": statement_id(self.region),
            "Effect": "Allow",
            "Principal": {"Service": SERVICE},
            "Action": ACTION,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": self.account},
                "ArnLike": {
                    "aws:SourceArn": f"arn:{self.partition}:airflow-serverless:{self.region}:{self.account}:workflow/*"
                },
            },
        }


@dataclass(frozen=True, slots=True)
class Trust:
    """`before` is the fingerprint that the role must still have, `reason` why it is left alone."""

    action: TrustAction
    role_arn: str
    statement: Statement
    before: str = ""
    reason: str = ""


def statement_id(region: str) -> str:
    """Our own Sid, one a Region: alphanumeric as IAM wants it."""
    return "DagconvMwaaServerless" + "".join(part.capitalize() for part in region.split("-"))


def judge_trust(document: Any, ours: Statement, longest: int = LONGEST) -> Judgement:
    """What to do about a role's trust policy (docs/faults.md 26, 27)."""
    if not isinstance(document, dict) or "Statement" not in document:
        return Judgement(Verdict.UNUSUAL, "the policy has no Statement")
    statements = document["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    if not all(isinstance(statement, dict) for statement in listed):
        return Judgement(Verdict.UNUSUAL, "a statement is no object")
    own = ours.document()
    sufficient = False
    for number, statement in enumerate(listed, 1):
        name = statement.get("Sid") or f"number {number}"
        names = _names_service(statement)
        if statement.get("Effect") == "Deny" and names is not False:
            return Judgement(Verdict.DENIED, f"statement {name} denies {SERVICE}")
        if statement.get("Sid") == own["Sid"] and normal(statement) != normal(own):
            return Judgement(Verdict.UNUSUAL, f"statement {name} carries our Sid and was changed by somebody")
        if statement.get("Effect") == "Allow" and names is True and _assumes(statement):
            sufficient = sufficient or _conditions_hold(statement, ours)
    if sufficient:
        return Judgement(Verdict.SUFFICIENT)
    if not isinstance(statements, list):
        return Judgement(Verdict.UNUSUAL, "Statement is a single object: appending to it would rewrite it as a list")
    sids = [s["Sid"] for s in listed if "Sid" in s]
    if len(sids) != len(set(sids)):
        return Judgement(Verdict.UNUSUAL, "two statements share a Sid, so IAM would not take the policy back")
    merged = append_statement(document, own)
    size = len("".join(json.dumps(merged, separators=(",", ":")).split()))
    if size > longest:
        reason = f"with our statement the policy has {size} characters, IAM takes {longest}"
        return Judgement(Verdict.TOO_LONG, reason, merged)
    return Judgement(Verdict.MISSING, "", merged)


def append_statement(document: Json, statement: Json) -> Json:
    """The same policy with one more statement at its end."""
    merged = copy.deepcopy(document)
    merged["Statement"] = [*_listed(merged), statement]
    return merged


def without_statement(document: Json, statement: Json) -> Json | None:
    """The policy without our statement; None when it does not stand there just as we wrote it."""
    statements = document.get("Statement")
    if not isinstance(statements, list):
        return None
    kept = [s for s in statements if normal(s) != normal(statement)]
    if len(kept) != len(statements) - 1:
        return None
    return {**document, "Statement": kept}


def missing_statements(wanted: Json, there: Json) -> list[Json]:
    """Statements of one policy that the other lacks."""
    held = {normal(statement) for statement in _listed(there)}
    return [statement for statement in _listed(wanted) if normal(statement) not in held]


def _listed(document: Json) -> list[Json]:
    statements = document.get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def normal(document: Any) -> str:
    """Canonical text: IAM may return one-item lists as text and in another order."""
    return json.dumps(_normal(document), sort_keys=True)


def fingerprint(document: Any) -> str:
    return hashlib.sha256(normal(document).encode()).hexdigest()


def _normal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _normal(v) for k, v in value.items()}
    if isinstance(value, list):
        items = [_normal(item) for item in value]
        if all(isinstance(item, str) for item in items):
            return items[0] if len(items) == 1 else sorted(items)
        return items
    return value


def _names_service(statement: Mapping[str, Any]) -> bool | None:
    """Whether a statement is about the service; None when its shape leaves that open."""
    if "NotPrincipal" in statement:
        return None
    principal = statement.get("Principal")
    if principal == "*":
        return None if statement.get("Effect") == "Deny" else False  # an Allow for everybody names no service
    if not isinstance(principal, Mapping):
        return None
    services = principal.get("Service", [])
    if "*" in (services if isinstance(services, list) else [services]):
        return None
    return SERVICE in (services if isinstance(services, list) else [services])


def _assumes(statement: Mapping[str, Any]) -> bool:
    actions = statement.get("Action", [])
    listed = [str(a).lower() for a in (actions if isinstance(actions, list) else [actions])]
    return any(a in ("sts:assumerole", "sts:*", "*") for a in listed) and set(statement) <= _KEYS


def _conditions_hold(statement: Mapping[str, Any], ours: Statement) -> bool:
    """Whether the conditions let our workflows through; one that is not understood counts as not holding."""
    conditions = statement.get("Condition") or {}
    if not isinstance(conditions, Mapping):
        return False
    arn = f"arn:{ours.partition}:airflow-serverless:{ours.region}:{ours.account}:workflow/any-0123456789"
    for operator, tests in conditions.items():
        for key, values in tests.items() if isinstance(tests, Mapping) else ():
            wanted = arn if key.lower() == "aws:sourcearn" else ours.account
            if key.lower() not in _CONDITIONS or not _matches(str(operator), values, wanted):
                return False
    return True


def _matches(operator: str, values: Any, wanted: str) -> bool:
    listed = [str(v) for v in (values if isinstance(values, list) else [values])]
    if operator in ("StringEquals", "ArnEquals") and not any("*" in v or "?" in v for v in listed):
        return wanted in listed
    if operator in ("StringLike", "ArnLike", "ArnEquals"):
        return any(_like(pattern, wanted) for pattern in listed)
    return False


def _like(pattern: str, text: str) -> bool:
    """IAM's wildcards: * and ? only."""
    expression = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(expression, text) is not None
