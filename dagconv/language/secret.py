"""What looks like a secret: names that promise one, and texts of a form that nothing else has."""

from __future__ import annotations

import re

_NAME = re.compile(r"(?i)(^|_|-)(password|passwd|secret|token|api_?key|access_?key|private_?key|credentials?)(_|-|$)")
_TEXT = re.compile(
    r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|://[^/\s:@]*:[^@/\s]+@|\bxox[abp]-[\w-]{10,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+"
)


def is_secret_name(name: str) -> bool:
    return _NAME.search(name) is not None


def is_secret_text(text: str) -> bool:
    return _TEXT.search(text) is not None
