"""Names of classes and modules as every process gives them, whatever the path of the DAG file."""

from __future__ import annotations

import re

_DAG_MODULE = re.compile(r"^unusual_prefix_[0-9a-f]{40}_")


def module_name(name: object) -> str:
    """A module's name without the path-dependent prefix that DagBag gives to a DAG file's module."""
    return _DAG_MODULE.sub("", name) if isinstance(name, str) else ""


def class_path(cls: type) -> str:
    return f"{module_name(cls.__module__)}.{cls.__qualname__}"
