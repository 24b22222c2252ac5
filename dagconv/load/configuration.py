"""Reads the configuration of the source's Airflow: an airflow.cfg, or options by `section.option` in JSON or YAML."""

from __future__ import annotations

import configparser
import json
from pathlib import Path

import yaml

from dagconv.catalog.configuration import options, read_flag
from dagconv.diagnostics import Diagnostic, Effect, Location, Page, Rule, Severity
from dagconv.errors import UsageError

NOT_CARRIED = Rule(
    code="DC940",
    slug="configuration-not-carried",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The configuration of the source's Airflow sets an option that the service does not take over.",
    message="{option} is set and not carried over",
    help="look whether anything relies on it",
    why="The service has no configuration of its own to set; only defaults of DAGs and tasks are written into them.",
    example="core.parallelism = 64",
    fix="Nothing to do.",
    source=(Page("schemas/configuration.json"),),
)


def read_configuration(path: Path) -> dict[str, str]:
    """Texts by `section.option`. Raises UsageError for a file that is neither, and for a value that cannot be."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from error
    found = _read_options(path, text) if path.suffix in (".json", ".yaml", ".yml") else _read_sections(path, text)
    for name, value in found.items():
        option = options().get(name)
        try:
            if option is not None and option.kind == "flag":
                read_flag(value)
            elif option is not None and option.kind in ("number", "seconds") and value.strip():
                int(value)
        except ValueError as error:
            raise UsageError(f"{path}: {name}: {error}") from error
    return found


def not_carried(path: Path) -> list[Diagnostic]:
    """Each option of a file that is set and not taken over, once. Raises UsageError as `read_configuration`."""
    names = sorted(read_configuration(path).keys() - options().keys())
    return [NOT_CARRIED.at(Location(str(path)), option=name) for name in names]


def _read_options(path: Path, text: str) -> dict[str, str]:
    """As `aws mwaa get-environment` shows AirflowConfigurationOptions."""
    try:
        data = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict) or not all(isinstance(name, str) and "." in name for name in data):
        raise UsageError(f"{path}: not a mapping of section.option")
    return {name: str(value) for name, value in data.items()}


def _read_sections(path: Path, text: str) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from error
    return {f"{section}.{name}": value for section in parser.sections() for name, value in parser[section].items()}
