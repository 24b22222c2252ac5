"""SimulatePrincipalPolicy of the stand-in, which moto lacks: the role's policies, read from moto and matched."""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from dagconv.standin.answer import REQUEST_ID, Answer

_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


def simulate(iam: Any, body: bytes) -> Answer:
    """`iam` is a client of moto, `body` the form that was sent."""
    asked = urllib.parse.parse_qs(body.decode())
    actions, resources = _listed(asked, "ActionNames"), _listed(asked, "ResourceArns") or ["*"]
    statements = list(_statements(iam, asked["PolicySourceArn"][0].rsplit("/", 1)[-1]))
    members = "".join(
        f"<member><EvalActionName>{escape(action)}</EvalActionName>"
        f"<EvalResourceName>{escape(resource)}</EvalResourceName>"
        f"<EvalDecision>{_decide(statements, action, resource)}</EvalDecision></member>"
        for action in actions
        for resource in resources
    )
    text = (
        f'<SimulatePrincipalPolicyResponse xmlns="{_NAMESPACE}"><SimulatePrincipalPolicyResult>'
        f"<IsTruncated>false</IsTruncated><EvaluationResults>{members}</EvaluationResults>"
        "</SimulatePrincipalPolicyResult>"
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>"
    )
    return Answer(200, text.encode(), {"Content-Type": "text/xml"})


def _listed(asked: dict[str, list[str]], name: str) -> list[str]:
    return [asked[key][0] for key in sorted(asked) if key.startswith(f"{name}.member.")]


def _statements(iam: Any, role: str) -> Iterator[dict[str, Any]]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        found = document if isinstance(document, dict) else json.loads(urllib.parse.unquote(document))
        yield from found["Statement"]


def _decide(statements: list[dict[str, Any]], action: str, resource: str) -> str:
    effects = {
        one["Effect"]
        for one in statements
        if _matches(one.get("Action", []), action.lower(), lower=True) and _matches(one.get("Resource", []), resource)
    }
    return "explicitDeny" if "Deny" in effects else "allowed" if "Allow" in effects else "implicitDeny"


def _matches(patterns: str | list[str], text: str, *, lower: bool = False) -> bool:
    listed = [patterns] if isinstance(patterns, str) else patterns
    return any(_pattern(p.lower() if lower else p).fullmatch(text) for p in listed)


def _pattern(text: str) -> re.Pattern[str]:
    """IAM's: a star is any text, a question mark any character."""
    return re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in text), re.DOTALL)
