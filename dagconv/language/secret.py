"""What looks like a secret: names that promise one, and texts of a form that nothing else has."""

from __future__ import annotations

import re

MASK = "***"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NAME = re.compile(r"(?i)(^|_|-)(password|passwd|pwd|secret|token|(api|access|private)_?key|credentials?)(_|-|$)")
# Of a URI the user and password only; a placeholder in the password's stead is none.
_FORMS = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----)?"
    r"|(?<=://)[^/\s:@]*:(?![{%$<*])[^@/\s]+(?=@)"
    r"|\b(?:xox[abp]-[\w-]{10,}|gh[pousr]_\w{20,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)",
    re.DOTALL,
)


def is_secret_name(name: str) -> bool:
    """Whether one of the name's words promises a secret, be it written `db_password`, `DB-PASSWORD` or `dbPassword`."""
    return _NAME.search(_HUMP.sub("_", name)) is not None


def is_secret_text(text: str) -> bool:
    """Whether a credential stands in the text: an AWS key, a private key, a token, a URI with a password."""
    return _FORMS.search(text) is not None


def mask_forms(text: str) -> str:
    """The text with credentials masked; the address of a URI stays."""
    return _FORMS.sub(MASK, text)
