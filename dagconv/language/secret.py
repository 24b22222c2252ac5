"""What looks like a secret: names that promise one, and texts of a form that nothing else has."""

from __future__ import annotations

import re

MASK = "***"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NAME = re.compile(r"(?i)(^|_|-)(password|passwd|pwd|secret|token|(api|access|private)_?key|credentials?)(_|-|$)")
# What stands for a password that is filled in later, and is none itself.
_FILLED_IN = r"(?:\{[^@\s]*\}|%s|%\(\w+\)s|\$\{\w+\}|\$[A-Z_][A-Z0-9_]*|<[^@\s]*>|\*+)"
# Of a URI the user and password only.
FORMS = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----)?"
    rf"|(?<=://)[^/\s:@]*:(?!{_FILLED_IN}@)[^@/\s]+(?=@)"
    r"|(?i:\b(?:xox[abp]-[\w-]{10,}|gh[pousr]_\w{20,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+))",
    re.DOTALL,
)
NAMED = (
    r"(?<![a-z0-9])(?<!\d:)(?:[\w-]{0,64}[_-])?"
    r"(?:password|passwd|pwd|secret|token|(?:api|access|private|secret)_?key|credentials?)"
)
GIVEN = rf"{NAMED}(?:[\"']?\s*[=:]|(?<=-password)|(?<=-token))\s*"
# A template, a variable and an ARN are no secret themselves.
UNLESS = r"(?!\s|[\"']?(?:\{\{|\$|\*\*\*|arn:|null\b|none\b|true\b|false\b))"
# What is given to a name of a secret.
_ASSIGNED = re.compile(rf"(?i)({GIVEN}){UNLESS}(\"[^\"]*\"|'[^']*'|[^\s\"',;&)}}\]]+)")


def is_secret_name(name: str) -> bool:
    """Whether one of the name's words promises a secret, be it written `db_password`, `DB-PASSWORD` or `dbPassword`."""
    return _NAME.search(in_words(name)) is not None


def in_words(name: str) -> str:
    """`db_Password` for `dbPassword`."""
    return _HUMP.sub("_", name)


def is_secret_text(text: str) -> bool:
    """Whether a credential stands in the text: an AWS key, a private key, a token, a URI with a password."""
    return FORMS.search(text) is not None


def mask_forms(text: str) -> str:
    """The text with credentials masked; the address of a URI stays."""
    return FORMS.sub(MASK, text)


def mask_secrets(text: str) -> str:
    """The text without credentials, and without what is given to names of secrets."""
    return _ASSIGNED.sub(rf"\1{MASK}", mask_forms(text))
