"""Which environment variables the stand-in refuses for a workflow, as the service does (contract 3.4)."""

from __future__ import annotations

from dagconv.standin.answer import invalid

_RESERVED = ("AWS_", "AIRFLOW__")
_SECRETS_BACKEND = "AIRFLOW__WORKERS__SECRETS_BACKEND"


def check_variables(variables: dict[str, str]) -> None:
    """Raises Refusal for a reserved name."""
    for name in variables:
        if name.startswith(_RESERVED) and not name.startswith(_SECRETS_BACKEND):
            raise invalid(f"Environment variable {name} is reserved", ("Environment.Variables", name))
