"""Hides secrets wherever the migrator prints or writes: environment values, AWS keys, passwords in URIs and
what is assigned to a name like password or token
(docs/faults.md 53).
"""

from __future__ import annotations

import re
from typing import Any

from dagconv.language.secret import MASK, mask_secrets

# Wider than `is_secret_name`: it is no name of an argument that must be told from others, and all may read the value.
_SECRET_NAME = re.compile(r"(?i)(password|passwd|secret(?!s_backend)|token|api_?key|private_?key|credential)")
# Members of requests and answers whose values are never shown.
_HIDDEN = frozenset({"Variables", "AirflowConfigurationOptions", "OverrideParameters", "variables"})


def redact(value: Any) -> Any:
    """The same data with secrets masked; the names of variables stay."""
    if isinstance(value, dict):
        return {
            key: dict.fromkeys(item, MASK) if key in _HIDDEN and isinstance(item, dict) else redact(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return mask_secrets(value) if isinstance(value, str) else value


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable for all to read in GetWorkflow holds a secret (contract 3.4)."""
    named = _SECRET_NAME.search(name) is not None and not name.startswith("AIRFLOW__WORKERS__SECRETS_BACKEND")
    return bool(value) and (named or mask_secrets(value) != value)
