"""dagconv compiles Airflow DAGs to MWAA Serverless definitions and proves that both mean the same; the public API."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagconv.diagnostics.model import Diagnostic
    from dagconv.pipeline import convert

__all__ = ["Diagnostic", "__version__", "convert"]
__version__ = "0.1.0"

_HOMES = {"Diagnostic": "dagconv.diagnostics.model", "convert": "dagconv.pipeline"}


def __getattr__(name: str) -> object:
    """Loads a public name on first use, so that `import dagconv` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dagconv' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
