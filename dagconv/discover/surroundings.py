"""Finds beside the DAGs what belongs to them: an inputs/ folder, and the provider's release in requirements.txt.

Requirements are read as evidence only; nothing is installed because of them. Plugins and the DAGs folder are found by
the loader itself, as MWAA lays them out; which Airflow the DAGs are for is asked by source_airflow.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagconv.discover.source_airflow import dags_root, shown_path
from dagconv.settings import Setting, Settings

INPUTS = "inputs"
# Files that `inputs --template` writes -> the setting that takes them.
_FILES = {
    "variables.json": "variables",
    "connections.json": "connections",
    "environment.env": "env-file",
    "aws-replies.json": "aws-replies",
}
_REQUIREMENTS = "requirements.txt"
_LARGEST = 1024 * 1024
_PROVIDER = re.compile(
    r"^apache[-_.]airflow[-_.]providers[-_.]amazon(?:\[[^\]]*\])?\s*==\s*(\d+(?:\.\d+)+)\s*(?:[;#].*)?$", re.M | re.I
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`values` are settings by name with the file that says each; `looked` all paths looked at, there or not."""

    values: Mapping[str, tuple[object, str]]
    looked: tuple[str, ...]


def look_around(sources: Sequence[str]) -> Surroundings:
    """What stands beside the first source, with none in the working directory. Reads no Python."""
    values: dict[str, tuple[object, str]] = {}
    looked = []
    folder = _project(Path(next(iter(sources), ".")))
    for name, setting in _FILES.items():
        file = folder / INPUTS / name
        looked.append(str(file))
        if file.is_file():
            values[setting] = ((shown_path(file),), shown_path(file))
    requirements = folder / _REQUIREMENTS
    looked.append(str(requirements))
    for setting, value in _releases(requirements).items():
        values[setting] = (value, shown_path(requirements))
    return Surroundings(values, tuple(looked))


def found_beside(settings: Settings, sources: Sequence[str]) -> dict[str, Setting]:
    """What stands beside the sources for settings that say nothing; nothing where `discovery` is off."""
    if not settings.flag("discovery"):
        return {}
    found = look_around(sources).values
    return {
        name: Setting(value, file) for name, (value, file) in found.items() if settings.values[name].origin == "default"
    }


def inputs_folder(sources: Sequence[str]) -> str:
    """The folder in which inputs of these sources are looked for, as a command names it."""
    return shown_path(_project(Path(next(iter(sources), "."))) / INPUTS)


def _project(source: Path) -> Path:
    """The folder around the DAGs folder; where there is none, the DAGs' own root."""
    root = dags_root(source.absolute() if source.is_dir() else source.absolute().parent)
    return root.parent if root.name == "dags" else root


def _releases(file: Path) -> dict[str, str]:
    """The Amazon provider that the requirements pin, as the setting spells it."""
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return {}
        provider = _PROVIDER.search(file.read_text("utf-8-sig", errors="replace"))
    except OSError:
        return {}
    return {"source-provider": provider[1]} if provider else {}
