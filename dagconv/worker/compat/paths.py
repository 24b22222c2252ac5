"""Dotted paths of modules and names: what they say of their release and provider, and the object behind them."""

from __future__ import annotations

import importlib
from typing import Any

PROVIDERS = "airflow.providers."
_OLD_STYLE = ("_operator", "_hook", "_sensor", "_operators", "_hooks", "_sensors")


def generation_of(path: str) -> str:
    """Whose way of naming it is: contrib and `_operator` modules are of 1.10, though 2 served them to the end."""
    module = path.rpartition(".")[0]
    old_style = module.startswith("airflow.contrib") or module in ("airflow.operators", "airflow.sensors")
    return "1.10" if old_style or (module.endswith(_OLD_STYLE) and PROVIDERS not in module) else "2"


def provider_of(path: str) -> str:
    parts = path.removeprefix(PROVIDERS).split(".")
    return "-".join(parts[:2]) if parts[0] in ("apache", "microsoft", "common") else parts[0]


def import_path(path: str) -> Any:
    """A module, or a name in one. Raises ImportError."""
    module, _, name = path.rpartition(".")
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and not (module + ".").startswith(error.name + "."):
            raise
        raise ImportError(path) from error
    try:
        return getattr(found, name)
    except AttributeError:
        return importlib.import_module(path)
