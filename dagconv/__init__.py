"""dagconv compiles Airflow DAGs to MWAA Serverless definitions and proves that both mean the same; the public API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagconv.version import __version__

if TYPE_CHECKING:
    from dagconv.check.definition import check_definition as validate
    from dagconv.diagnostics.rule import Diagnostic
    from dagconv.pipeline import convert

__all__ = ["Diagnostic", "__version__", "convert", "validate"]

# Public name -> module and name there.
_HOMES = {
    "Diagnostic": ("dagconv.diagnostics.rule", "Diagnostic"),
    "convert": ("dagconv.pipeline", "convert"),
    "validate": ("dagconv.check.definition", "check_definition"),
}


def __getattr__(name: str) -> object:
    """Loads a public name on first use, so that `import dagconv` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dagconv' has no attribute {name!r}")
    import importlib

    module, there = _HOMES[name]
    return getattr(importlib.import_module(module), there)
