"""Which of the values that a user supplies are secrets: those of Connections, and what stands under such a name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from dagconv.language.secret import MASK, is_secret_name, is_secret_text
from dagconv.wire.inputs import Inputs

_SHORTEST = 4  # a shorter one cannot be told from any other text


def given_secrets(inputs: Inputs) -> dict[str, str]:
    """Secret -> what was given with it, in words."""
    found = [*_named(inputs), *_connected(inputs)]
    return {value: words for value, words in found if len(value) >= _SHORTEST}


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text without them; the longest first, since one may hold another."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _named(inputs: Inputs) -> Iterator[tuple[str, str]]:
    for kind, values in (("Variable", inputs.variables), ("environment variable", inputs.environment)):
        for name, value in values.items():
            if is_secret_name(name) or is_secret_text(value):
                yield value, f"the {kind} {name}"
            for key, inner in _members(_json(value)):
                yield inner, f"{key} in the {kind} {name}"


def _connected(inputs: Inputs) -> Iterator[tuple[str, str]]:
    for name, value in inputs.connections.items():
        words = f"the Connection {name}"
        yield value, words
        if isinstance(data := _json(value), dict):
            extra = data.get("extra")
            yield from (
                (inner, words) for _, inner in _members([data, _json(extra) if isinstance(extra, str) else extra])
            )
            continue
        parts = urlsplit(value)
        yield unquote(parts.password or ""), words
        for key, inner in parse_qsl(parts.query):
            if is_secret_name(key):
                yield inner, words
            yield from ((member, words) for _, member in _members(_json(inner)))


def _members(data: object) -> Iterator[tuple[str, str]]:
    """Texts under names of secrets, at any depth."""
    match data:
        case dict():
            for key, value in data.items():
                if isinstance(value, str) and is_secret_name(str(key)):
                    yield str(key), value
                yield from _members(value)
        case list():
            for value in data:
                yield from _members(value)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
