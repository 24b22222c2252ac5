"""Values that the user supplied for what a file asks of its environment; in asking mode, stand-ins for what is missing.

`observe` asks here first and reports what nobody supplied.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from dagconv.wire.inputs import NO_INPUTS, Inputs
from dagconv.worker.compat.placeholder import Inert


@dataclass(slots=True)
class Surroundings:
    """`given` by the user; `process` is this process's own environment, which is not the user's. `asking`: the import
    is to go on without a value, since it is only to show what it asks for."""

    given: Inputs = NO_INPUTS
    asking: bool = False
    process: dict[str, str] = field(default_factory=dict)


INPUTS = Surroundings()


class Asked(str):
    """Stands for a missing text in asking mode: whatever is taken from it stands for it too."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        return Asked(f"{self}.{key}") if isinstance(key, str) else super().__getitem__(key)

    def __iter__(self) -> Iterator[Any]:
        yield Asked(f"{self}.0")

    def get(self, key: str, default: Any = None) -> Any:
        del default
        return self[key]


class AskedConnection(Inert):
    """Stands for a missing Connection in asking mode."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Asked(name)


def take(given: Inputs, asking: bool) -> None:
    """Takes over what the host sent."""
    INPUTS.given, INPUTS.asking = given, asking
    INPUTS.process = dict(os.environ)
    os.environ.update(given.environment)


def variable(name: str, deserialize_json: bool) -> Any:
    """A supplied Variable. Raises KeyError, and ValueError where it is to be JSON and is not."""
    text = INPUTS.given.variables[name]
    return json.loads(text) if deserialize_json else text


def connection(name: str) -> Any:
    """A supplied Connection as Airflow 3's own object. Raises KeyError, and ValueError for text that is neither."""
    from airflow.sdk import Connection

    text = INPUTS.given.connections[name]
    parts = json.loads(text) if text.lstrip().startswith("{") else _parts_of_uri(text)
    extra = parts.pop("extra", None) or parts.pop("extra_dejson", None)
    parts = {part: parts.get(part) for part in _PARTS}
    port = int(parts.pop("port")) if parts["port"] else parts.pop("port")
    kind = parts.pop("conn_type") or ""
    extra = extra if isinstance(extra, str) or extra is None else json.dumps(extra)
    return Connection(conn_id=name, conn_type=kind, port=port, extra=extra, **parts)


_PARTS = ("conn_type", "description", "host", "schema", "login", "password", "port")


def _parts_of_uri(uri: str) -> dict[str, Any]:
    """As Airflow reads the URI of a Connection: every part percent-encoded, extras in the query."""
    found = urlsplit(uri)
    query = dict(parse_qsl(found.query, keep_blank_values=True))
    texts = {
        "host": found.hostname,
        "login": found.username,
        "password": found.password,
        "schema": found.path.removeprefix("/") or None,
    }
    return {
        "conn_type": found.scheme.replace("-", "_"),
        "port": found.port,
        "extra": query.get("__extra__") or (json.dumps(query) if query else None),
        **{part: unquote(text) if text else None for part, text in texts.items()},
    }
