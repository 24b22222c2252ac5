"""Installs an environment's requirements for the import of its DAG files, apart from dagconv's own packages."""

from __future__ import annotations

import hashlib
import os
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

from dagconv.errors import UsageError

# The engine's versions are the service's; others would prove something about another service.
_ENGINE = ("apache-airflow==", "apache-airflow>", "apache-airflow[", "apache-airflow~", "apache_airflow", "dag-factory")


def install_overlay(requirements: Path) -> Path:
    """The folder with the packages, installed once for each text of the file. Raises UsageError.

    What dagconv's own environment has is not installed again, so that the engine stays as it is.
    """
    try:
        text = requirements.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--requirements {requirements}: {error}") from error
    lines = [line for line in text.splitlines() if not line.strip().lower().startswith(_ENGINE)]
    lines = [line for line in lines if line.strip().lower() != "apache-airflow"]
    name = hashlib.sha256("\n".join([sys.version, sys.prefix, *lines]).encode()).hexdigest()[:16]
    place = _cache() / name
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    if not (place / "complete").exists():
        _make(place, packages)
        wanted = place / "requirements.txt"
        wanted.write_text("\n".join(lines) + "\n", encoding="utf-8")
        _pip(place, wanted, requirements)
        (place / "complete").touch()
    return packages


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "dagconv" / "overlays"


def _make(place: Path, packages: Path) -> None:
    """An environment in which pip sees dagconv's packages as installed."""
    command = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own interpreter
    if done.returncode:
        raise UsageError(f"--requirements: no environment can be made in {place}: {done.stderr.strip()[-500:]}")
    seen = [*site.getsitepackages(), sysconfig.get_path("purelib")]
    (packages / "dagconv_environment.pth").write_text("\n".join(dict.fromkeys(seen)) + "\n", encoding="utf-8")


def _pip(place: Path, wanted: Path, requirements: Path) -> None:
    command = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Relative paths in the file count from its own folder.
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [*command, "-r", str(wanted)], cwd=requirements.absolute().parent, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise UsageError(f"--requirements {requirements}: {'; '.join(lines)[-800:]}")
