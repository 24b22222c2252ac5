"""What an update changes, member by member with old and new value, secrets masked; pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dagconv.aws.redact import redact
from dagconv.deploy.definition import body_of
from dagconv.language.secret import MASK, is_secret_name, mask_secrets


@dataclass(frozen=True, slots=True)
class Change:
    """Old and new value of one member as JSON texts, None where it is not there. Secrets and variables are masked."""

    member: str
    before: str | None
    after: str | None


def definition_changes(before: str, after: str) -> Iterator[Change]:
    """Between two definitions of a DAG; nothing where one of them is none."""
    old, new = body_of(before), body_of(after)
    if old is not None and new is not None:
        yield from changes_between(old[1], new[1], "definition")


def changes_between(before: Any, after: Any, path: str) -> Iterator[Change]:
    """Each innermost member that differs; lists count as a whole."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from changes_between(before.get(name), after.get(name), f"{path}.{name}")
        return
    yield Change(path, _said(path, before), _said(path, after))


def _said(path: str, value: Any) -> str | None:
    if value is None:
        return None
    if ".Variables" in path or is_secret_name(path.rpartition(".")[2]):
        return MASK
    return mask_secrets(json.dumps(redact(value), default=str, ensure_ascii=False))
