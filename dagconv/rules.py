"""Collects every Rule constant from a fixed list of packages: what `explain`, the docs and the tests read."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator

from dagconv.diagnostics import Catalogue, Rule

# By name, so that a stage's findings can be described without the layers above knowing its modules.
PACKAGES = ("discover", "load", "lower", "emit", "check", "prove", "write", "deploy", "migrate")
MODULES = ("cli.clash", "cli.modernize", "cli.source")
# These import boto3 and hold no rules.
_LEFT_OUT = ("dagconv.aws", "dagconv.standin")


@functools.cache
def catalogue() -> Catalogue:
    """All rules. Raises InternalError when two share a code or a slug."""
    found: dict[int, Rule] = {}
    for name in _module_names():
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, Rule):
                found[id(value)] = value
    return Catalogue(found.values())


def _module_names() -> Iterator[str]:
    yield from (f"dagconv.{name}" for name in MODULES)
    for package in PACKAGES:
        module = importlib.import_module(f"dagconv.{package}")
        yield module.__name__
        for found in pkgutil.walk_packages(module.__path__, f"{module.__name__}."):
            yield found.name
