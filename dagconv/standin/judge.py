"""Judges a definition for the stand-in as the service would: refused with fields, or accepted with warnings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from dagconv.catalog.service import service
from dagconv.check.definition import check_definition
from dagconv.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class Judgement:
    """`errors` as (path, message). `dag` is the definition's body, empty when there are errors."""

    errors: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    dag: dict[str, Any]


Judge = Callable[[bytes], Judgement]


def judge(data: bytes) -> Judgement:
    """Our own validator in the place of the service's synchronous validation (contract 1.1)."""
    errors = tuple(
        (".".join(part for part in (found.dag_id, found.task_id, found.key) if part) or "definition", found.message)
        for found in check_definition(data, "definition.yaml")
        if found.severity is Severity.ERROR
    )
    if errors:
        return Judgement(errors, (), {})
    document = yaml.safe_load(data)
    ((_, dag),) = document.items()
    ignored = sorted(service().ignored_attributes(dag))
    return Judgement((), (f"ignored attributes: {', '.join(ignored)}",) if ignored else (), dag)
