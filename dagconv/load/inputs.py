"""Reads what the user supplies for what a tree asks while it is imported: Variables, Connections, variables of the
process, replies of AWS."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from dagconv.errors import UsageError
from dagconv.wire.inputs import AwsReply

MAX_BYTES = 16 * 1024 * 1024
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")


def read_variables(path: Path) -> dict[str, str]:
    """JSON or YAML as `airflow variables export` writes it; without those that are not filled in. Raises UsageError."""
    found: dict[str, str] = {}
    for name, value in _read_mapping(path).items():
        # The export of Airflow 2.9 and later may hold the description too.
        if isinstance(value, dict) and value.keys() == {"description", "value"}:
            value = value["value"]
        if not _is_filled(value):
            continue
        # `airflow variables import` stores what is no text in this very form.
        found[name] = value if isinstance(value, str) else json.dumps(value, indent=2)
    return found


def _is_filled(value: Any) -> bool:
    """Whether a person gave it: a template has null for the value, or for the keys of its mapping."""
    if isinstance(value, dict):
        return not value or any(item is not None for item in value.values())
    return value is not None


def read_connections(path: Path) -> dict[str, str]:
    """JSON or YAML as `airflow connections export` writes it, URIs or mappings; without those of a template that have
    no type yet. Raises UsageError."""
    found = {}
    for name, value in _read_mapping(path).items():
        if not isinstance(value, (str, dict)):
            raise UsageError(f"{path}: connection {name} is neither a URI nor a mapping")
        if isinstance(value, dict) and value.get("conn_type", "") is None:
            continue
        found[name] = value if isinstance(value, str) else json.dumps(value)
    return found


def read_environment(path: Path) -> dict[str, str]:
    """Lines NAME=value, with # comments and optional quotes. Raises UsageError."""
    found = {}
    for number, line in enumerate(_read_text(path).splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            raise UsageError(f"{path}:{number}: not a line NAME=value")
        value = match[2]
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        found[match[1]] = value
    return found


def read_aws_replies(path: Path) -> tuple[AwsReply, ...]:
    """A list of mappings with service, operation, parameters and reply. Raises UsageError."""
    data = _read_data(path)
    if not isinstance(data, list):
        raise UsageError(f"{path}: not a list of replies")
    return tuple(_read_reply(path, entry) for entry in data)


def _read_reply(path: Path, entry: Any) -> AwsReply:
    names = {"service": str, "operation": str, "parameters": dict, "reply": dict}
    if not isinstance(entry, dict) or entry.keys() - names.keys():
        raise UsageError(f"{path}: a reply has service, operation, parameters and reply, and nothing else")
    given = {"parameters": {}, **entry}
    for name, kind in names.items():
        if not isinstance(given.get(name), kind):
            raise UsageError(f"{path}: {name} of a reply is missing or no {'mapping' if kind is dict else 'text'}")
    return AwsReply(given["service"], given["operation"], given["parameters"], given["reply"])


def _read_mapping(path: Path) -> dict[str, Any]:
    data = _read_data(path)
    if data is None:
        return {}
    if not isinstance(data, dict) or not all(isinstance(name, str) for name in data):
        raise UsageError(f"{path}: not a mapping of names")
    return data


def _read_data(path: Path) -> Any:
    text = _read_text(path)
    try:
        # YAML's reader would take a JSON file too, but for tabs and a few escapes.
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from error


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise UsageError(f"{path}: larger than {MAX_BYTES} bytes")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8") from error
