"""What `--version` says: dagconv, Python, and the engine that definitions are proved against."""

from __future__ import annotations

import os
import re
import sys

from dagconv.version import __version__

ENGINE = ("apache-airflow", "apache-airflow-providers-amazon", "dag-factory")


def version_lines() -> list[str]:
    lines = [f"dagconv {__version__} (Python {sys.version.split()[0]})"]
    names = (*ENGINE, "boto3")
    versions = _installed(names)
    return lines + [f"{name} {versions.get(name) or _searched(name)}" for name in names]


def _installed(names: tuple[str, ...]) -> dict[str, str]:
    """By the names of their folders, which say both; to import importlib.metadata takes longer than all the rest.

    Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            entries = os.listdir(folder or ".")  # noqa: PTH208  # pathlib would cost start-up time
        except OSError:
            continue
        for entry in entries:
            if entry.endswith(".dist-info"):
                written, _, version = entry.removesuffix(".dist-info").rpartition("-")
                name = re.sub(r"[-_.]+", "-", written).lower()
                if name in names:
                    found.setdefault(name, version)
    return found


def _searched(name: str) -> str:
    """The version of what was not installed by pip; its absence needs no haste."""
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
