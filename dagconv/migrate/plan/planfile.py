"""The plan as a file: bound to its own content, to a schema and to this version; written for its owner only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from dagconv.aws.redact import looks_secret
from dagconv.catalog.files import read_schema
from dagconv.deploy.deployment import Deployment
from dagconv.errors import UsageError
from dagconv.files import write_atomically
from dagconv.ir.codec import DecodeError, decode, encode
from dagconv.language.secret import mask_secrets
from dagconv.migrate.plan.plan import Plan, identity
from dagconv.version import __version__

FORMAT = 1


def tool_version() -> str:
    return f"dagconv {__version__}"


def render_plan(plan: Plan) -> str:
    return json.dumps({"format": FORMAT, **encode(plan)}, indent=1, ensure_ascii=False) + "\n"


def write_plan(plan: Plan, path: Path) -> None:
    write_private(path, render_plan(plan))


def require_no_secrets(plan: Plan, *, allowed: bool) -> None:
    """Raises UsageError naming the workflows whose definitions or variables hold what looks like a secret."""
    holders = sorted(item.name for item in plan.items if item.deployment is not None and _holds_secret(item.deployment))
    if holders and not allowed:
        raise UsageError(
            f"the plan would hold what looks like a secret, of {', '.join(holders)}: put it into Secrets Manager and "
            "read it from there, or write the plan all the same, for your eyes only, with --allow-secrets-in-plan"
        )


def _holds_secret(deployment: Deployment) -> bool:
    return mask_secrets(deployment.definition) != deployment.definition or any(
        looks_secret(name, value) for name, value in deployment.variables.items()
    )


def read_plan(path: Path) -> Plan:
    """Raises UsageError when the file is missing, was edited, or was made by another version (docs/faults.md 54)."""
    try:
        return parse_plan(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"cannot read the plan {path}: {error.strerror}") from error


def parse_plan(text: bytes | str, name: str) -> Plan:
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{name} is no plan: {error}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UsageError(f"{name} is no plan of format {FORMAT}: make it anew with `migrate plan`")
    if data.get("tool") != tool_version():
        raise UsageError(f"{name} was made by {data.get('tool')}, this is {tool_version()}: make it anew")
    check_schema(data, name)
    del data["format"]
    try:
        plan = decode(Plan, data)
    except DecodeError as error:
        raise UsageError(f"{name} is no plan: {error}") from error
    if identity(plan) != plan.id:
        raise UsageError(f"{name} was edited after it was made: its content does not match its id; make it anew")
    return plan


def check_schema(data: Any, name: str) -> None:
    """Raises UsageError naming the first place that breaks schemas/plan.schema.json."""
    validator = jsonschema.Draft202012Validator(read_schema("plan.schema.json"))
    for error in sorted(validator.iter_errors(data), key=lambda e: list(map(str, e.absolute_path))):
        raise UsageError(f"{name}: {'.'.join(map(str, error.absolute_path)) or 'plan'}: {error.message[:200]}")


def write_private(path: Path, text: str) -> None:
    """Replaces a file as a whole, readable by its owner only.

    Raises UsageError when the folder is not writable or the disk is full; the old file is then untouched.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text, 0o600)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; choose another place with --state-dir") from error
