"""How a plain scalar is read: by YAML 1.1 as the service's loader (PyYAML) does, and by YAML 1.2's core schema.

Used by emit to decide on quotes and by check and fix to show what an unquoted word becomes.
"""

from __future__ import annotations

import datetime
import enum
import math
import re
from typing import TypeVar

from dagconv.ir.value import DatetimeValue, DateValue, FloatValue, Value

_Number = TypeVar("_Number", int, float)


class Kind(str, enum.Enum):
    """What a plain scalar becomes."""

    TEXT = "text"
    NULL = "null"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DATE = "date"
    MERGE = "merge"  # <<
    DEFAULT = "default"  # = and what syntax never lets be a scalar: no loader constructs them


# PyYAML tries a pattern only for certain first characters; each is anchored at both ends, where `$` allows a final
# line break, which a plain scalar cannot hold.
_BOOLEAN11 = re.compile(r"yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF")
_NULL = re.compile(r"~|null|Null|NULL|")
_INTEGER11 = re.compile(
    r"[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+"
)
_FLOAT11 = re.compile(
    r"[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?",
    re.ASCII,
)
_MOMENT = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?"
    r"(?:[ \t]*(?:(Z)|([-+])(\d\d?)(?::(\d\d))?))?"
)

_BOOLEAN12 = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER12 = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT12 = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", re.ASCII
)
_LETTER_BOOLEAN = frozenset("yYnN")  # YAML 1.1 itself, and loaders of other languages, take these for booleans

_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")


def kind11(text: str) -> Kind:
    """What the service's loader makes of an unquoted scalar of this text."""
    for pattern, kind in (
        (_BOOLEAN11, Kind.BOOLEAN),
        (_FLOAT11, Kind.FLOAT),
        (_INTEGER11, Kind.INTEGER),
        (_NULL, Kind.NULL),
        (_TIMESTAMP, Kind.DATE),
    ):
        if pattern.fullmatch(text):
            return kind
    if text in ("=", "!", "&", "*"):
        return Kind.DEFAULT
    return Kind.MERGE if text == "<<" else Kind.TEXT


def kind12(text: str) -> Kind:
    """What a reader of YAML 1.2 (core schema) makes of it, such as an editor."""
    for pattern, kind in (
        (_NULL, Kind.NULL),
        (_BOOLEAN12, Kind.BOOLEAN),
        (_INTEGER12, Kind.INTEGER),
        (_FLOAT12, Kind.FLOAT),
    ):
        if pattern.fullmatch(text):
            return kind
    return Kind.TEXT


def read11(text: str) -> Value:
    """The value that the service's loader makes of an unquoted scalar.

    Raises ValueError where the loader does: a day or an hour that does not exist, `0x_`, and a lone `=`.
    """
    match kind11(text):
        case Kind.TEXT | Kind.MERGE:
            return text
        case Kind.NULL:
            return None
        case Kind.BOOLEAN:
            return text.lower() in ("yes", "true", "on")
        case Kind.INTEGER:
            return _integer(text)
        case Kind.FLOAT:
            return _float(text)
        case Kind.DATE:
            return _date(text)
        case Kind.DEFAULT:
            raise ValueError(f"a lone {text!r} has no value")


def retyped(text: str) -> bool:
    """Whether an unquoted scalar of this text is read as something else than this text by 1.1, 1.2 or a loader
    that takes y and n for booleans."""
    return kind11(text) is not Kind.TEXT or kind12(text) is not Kind.TEXT or text in _LETTER_BOOLEAN


def needs_quotes(text: str) -> bool:
    """Whether the text needs quotes to come back as this text, wherever in a block mapping or list it stands."""
    return retyped(text) or not _is_plain(text)


def _is_plain(text: str) -> bool:
    """Whether YAML's syntax can say it without quotes, flow collections and keys included."""
    if text != text.strip() or not text.isprintable() or text.startswith(("---", "...")):
        return False
    if text[0] in _INDICATORS and not (text[0] == "-" and len(text) > 1 and text[1] not in " \t"):
        return False
    return not (
        ": " in text or " #" in text or text.endswith(":") or any(c in text for c in ",[]{}") or "\ufeff" in text
    )


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    if digits.startswith(("0b", "0x")):
        return sign * int(digits[2:], 2 if digits[1] == "b" else 16)
    if ":" in digits:
        return sign * _sixties([int(part) for part in digits.split(":")])
    return sign * int(digits, 8 if digits.startswith("0") else 10)


def _float(text: str) -> Value:
    digits = text.replace("_", "").lower()
    sign = -1.0 if digits.startswith("-") else 1.0
    digits = digits.lstrip("+-")
    if digits in (".inf", ".nan"):
        return FloatValue("nan" if digits == ".nan" else "-inf" if sign < 0 else "inf")
    number = sign * (_sixties([float(part) for part in digits.split(":")]) if ":" in digits else float(digits))
    return FloatValue("-inf" if number < 0 else "inf") if math.isinf(number) else number


def _sixties(parts: list[_Number]) -> _Number:
    total = parts[0]
    for part in parts[1:]:
        total = total * 60 + part
    return total


def _date(text: str) -> Value:
    found = _MOMENT.fullmatch(text)
    if found is None:
        return DateValue(datetime.date.fromisoformat(text).isoformat())
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    fraction, zulu, sign, zone_hours, zone_minutes = found.groups()[6:]
    zone = None
    if zulu:
        zone = datetime.timezone.utc
    elif sign:
        offset = datetime.timedelta(hours=int(zone_hours), minutes=int(zone_minutes or 0))
        zone = datetime.timezone(-offset if sign == "-" else offset)
    micro = int(((fraction or "") + "000000")[:6])
    return DatetimeValue(datetime.datetime(year, month, day, hour, minute, second, micro, zone).isoformat())
