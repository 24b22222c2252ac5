"""dagconv compiles Airflow DAGs to MWAA Serverless definitions and proves that both mean the same; the public API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagconv.version import __version__

if TYPE_CHECKING:
    from dagconv.api import ConvertOptions, Result, assess, convert, validate
    from dagconv.diagnostics.rule import Diagnostic

__all__ = ["ConvertOptions", "Diagnostic", "Result", "__version__", "assess", "convert", "validate"]


def __getattr__(name: str) -> object:
    """Loads a public name on first use, so that `import dagconv` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'dagconv' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module("dagconv.api"), name)
