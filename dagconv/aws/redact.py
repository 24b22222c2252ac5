"""Hides secrets wherever the migrator prints or writes: environment values, AWS keys, passwords in URIs and
what is assigned to a name like password or token
(docs/faults.md 53).
"""

from __future__ import annotations

import re
from typing import Any

MASK = "***"
_PATTERNS = (
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"(?<=://)([^/\s:@]*):([^@/\s]+)(?=@)"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL),
    re.compile(r"(?i)\b(?:xox[abp]-[\w-]{10,}|gh[pousr]_\w{20,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)"),
)
# What is given to a name of a secret; a template, a variable and an ARN are no secret themselves.
_ASSIGNED = re.compile(
    r"(?i)((?<![a-z0-9])(?<!\d:)(?:[\w-]*[_-])?(?:password|passwd|pwd|secret|token|api_?key|private_?key|credentials?)"
    r"(?:[\"']?\s*[=:]|(?<=-password)|(?<=-token))\s*)"
    r"(?!\s|[\"']?(?:\{\{|\$|\*\*\*|arn:|null\b|none\b|true\b|false\b))"
    r"(\"[^\"]*\"|'[^']*'|[^\s\"',;&)}\]]+)"
)
_SECRET_NAME = re.compile(r"(?i)(password|passwd|secret(?!s_backend)|token|api_?key|private_?key|credential)")
# Members of requests and answers whose values are never shown.
_HIDDEN = frozenset({"Variables", "AirflowConfigurationOptions", "OverrideParameters", "variables"})


def redact_text(text: str) -> str:
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return _ASSIGNED.sub(rf"\1{MASK}", text)


def redact(value: Any) -> Any:
    """The same data with secrets masked; the names of variables stay."""
    if isinstance(value, dict):
        return {
            key: dict.fromkeys(item, MASK) if key in _HIDDEN and isinstance(item, dict) else redact(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return redact_text(value) if isinstance(value, str) else value


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable for all to read in GetWorkflow holds a secret (contract 3.4)."""
    named = _SECRET_NAME.search(name) is not None and not name.startswith("AIRFLOW__WORKERS__SECRETS_BACKEND")
    return bool(value) and (named or redact_text(value) != value)
