"""Findings about Variables and Connections that templates read when they run (contract 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dagconv.catalog.service import service
from dagconv.deploy.definition import load_text
from dagconv.diagnostics import Diagnostic, Effect, Rule, Section, Severity
from dagconv.language.jinja import JinjaError, Reference, is_template, parse_template
from dagconv.migrate.plan.item import Item, ItemKind
from dagconv.migrate.survey.inventory import Wishes

_BACKEND = "AIRFLOW__WORKERS__SECRETS_BACKEND"
NO_BACKEND = Rule(
    code="DC845",
    slug="no-secrets-backend",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="Templates read Variables or Connections, and nothing serves them to the workflows.",
    message="nothing serves what templates read when they run: {reads}",
    help=(
        "Set a backend with --workflow-env AIRFLOW__WORKERS__SECRETS_BACKEND=CLASS, or write the values in with"
        " --template-variables fold."
    ),
    why="The service has no Variables and Connections of its own; a task that asks for one fails.",
    example="bucket='{{ var.value.bucket }}', converted with --template-variables keep",
    fix="Give the workflows a secrets backend that holds them.",
    source=(Section("3.4"), Section("3.5")),
)


def check_backend(items: Iterable[Item], wishes: Wishes) -> Iterator[Diagnostic]:
    """`--template-variables keep` leaves to a backend what is refused otherwise; a finished definition may, too."""
    if _BACKEND in wishes.variables:
        return
    changing = [item for item in items if item.kind in (ItemKind.CREATE, ItemKind.UPDATE)]
    each = {item.dag_id: sorted(_unserved(load_text(item.wanted.definition), wishes.variables)) for item in changing}
    reads = "; ".join(f"{dag_id} {', '.join(names)}" for dag_id, names in sorted(each.items()) if names)
    if reads:
        yield NO_BACKEND.at(None, reads=reads)


def _unserved(value: Any, variables: Mapping[str, str]) -> set[str]:
    """What the texts read and no variable of the workflow's environment holds."""
    if isinstance(value, Mapping):
        return set().union(*(_unserved(one, variables) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(_unserved(one, variables) for one in value))
    if not isinstance(value, str) or not is_template(value):
        return set()
    try:
        references = parse_template(value).references
    except JinjaError:
        return set()  # the check of the definition says what is wrong
    asked = [one for one in references if one.name in service().jinja.needs_secrets]
    return {".".join((one.name, *map(str, one.path))) for one in asked if _variable(one) not in variables}


def _variable(reference: Reference) -> str:
    """The environment variable that serves it by Airflow's own rule."""
    path = reference.path[1:] if reference.name == "var" else reference.path
    return f"AIRFLOW_{reference.name.upper()}_{path[0].upper()}" if path and isinstance(path[0], str) else ""
