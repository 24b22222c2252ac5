"""Hides secrets wherever the migrator prints or writes: environment values, AWS keys, passwords in URIs and
what is assigned to a name like password or token
(docs/faults.md 53).
"""

from __future__ import annotations

from typing import Any

from dagconv.language.secret import MASK, is_secret_name, mask_secrets

# Members of requests and answers whose values are never shown.
_HIDDEN = frozenset({"Variables", "AirflowConfigurationOptions", "OverrideParameters", "variables"})


def redact_text(text: str) -> str:
    return mask_secrets(text)


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
    return bool(value) and (is_secret_name(name) or redact_text(value) != value)
