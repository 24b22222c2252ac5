"""What `--version` says: dagconv, Python, and the engine that definitions are proved against."""

from __future__ import annotations

import platform
from importlib import metadata

from dagconv.version import __version__

ENGINE = ("apache-airflow", "apache-airflow-providers-amazon", "dag-factory")


def version_lines() -> list[str]:
    lines = [f"dagconv {__version__} (Python {platform.python_version()})"]
    for name in (*ENGINE, "boto3"):
        try:
            lines.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            lines.append(f"{name} not installed")
    return lines
