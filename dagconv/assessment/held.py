"""What an MWAA environment holds of the inputs that DAG files ask for: values of Variables, names of Connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagconv.assessment.wanted import Wanted
from dagconv.aws.rest import pages
from dagconv.aws.services import World
from dagconv.language.secret import is_secret_name, is_secret_text

_BACKEND = "secrets.backend"


@dataclass(frozen=True, slots=True)
class Held:
    """`values` are those that may be written down; `withheld` Variables that are there, masked or named as secrets.

    `connections` are those of the wanted ones that are there, `missing` the names of both kinds that are not.
    `backend` is the class of the secrets backend that the environment names, empty without one: what that serves is
    not in the REST API.
    """

    values: Mapping[str, str]
    withheld: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    backend: str = ""


def read_held(world: World, environment: str, wanted: Sequence[Wanted]) -> Held:
    """Asks for what is wanted and has no default. Raises CallError, and ValueError for an answer that is no list."""
    variables = _names(wanted, "variable")
    connections = _names(wanted, "connection")
    settings = world.environments.get(environment).get("AirflowConfigurationOptions") or {}
    found = _variables(world, environment) if variables else {}
    there = _connections(world, environment) if connections else frozenset()
    held = {name: found[name] for name in variables if name in found}
    values = {name: value for name, value in held.items() if value is not None and not _is_secret(name, value)}
    return Held(
        values,
        tuple(name for name in held if name not in values),
        tuple(name for name in connections if name in there),
        tuple(name for name in (*variables, *connections) if name not in held and name not in there),
        str(settings.get(_BACKEND, "")),
    )


def _names(wanted: Sequence[Wanted], kind: str) -> list[str]:
    return [one.name for one in wanted if one.kind == kind and not one.has_default]


def _variables(world: World, environment: str) -> dict[str, str | None]:
    listed = pages(world, environment, "GET", "/variables", "variables")
    return {str(one["key"]): value if isinstance(value := one.get("value"), str) else None for one in listed}


def _connections(world: World, environment: str) -> frozenset[str]:
    listed = pages(world, environment, "GET", "/connections", "connections")
    return frozenset(str(one["connection_id"]) for one in listed)


def _is_secret(name: str, value: str) -> bool:
    """Airflow writes *** for what it masks, also within a JSON value."""
    return "***" in value or is_secret_name(name) or is_secret_text(value)
