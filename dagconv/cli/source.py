"""Options that say what the source was written for and what its environment holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from dagconv.cli.options import setting
from dagconv.settings import Settings

Command = TypeVar("Command", bound=Callable[..., object])


def input_options(command: Command) -> Command:
    """Files that hold what DAG files ask of their environment."""
    command = setting("discovery")(setting("stub-missing")(command))
    command = setting("plugins", metavar="DIR")(setting("dags-root", metavar="DIR")(command))
    for name in ("requirements", "aws-replies", "env-file", "connections", "variables"):
        command = setting(name, metavar="FILE")(command)
    return command


def source_options(command: Command) -> Command:
    """What decides the meaning of the source."""
    command = input_options(command)
    command = setting("accept", metavar="NAMES")(command)
    command = setting("template-variables")(setting("dst")(command))
    command = setting("airflow-config", metavar="FILE")(command)
    command = setting("source-provider", metavar="RELEASE")(command)
    return setting("source-airflow")(command)


# What decides what the DAGs mean and lies outside their folder.
BESIDE = ("variables", "connections", "env-file", "aws-replies", "requirements", "airflow-config", "plugins")
_FILES = (*BESIDE, "dags-root")
_CHOICES = (
    *("source-airflow", "source-provider", "dst", "template-variables", "accept", "stub-missing", "discovery"),
    *("jobs", "timeout", "memory", "thorough"),
)


def source_arguments(settings: Settings) -> list[str]:
    """What was said of the source and of how to load it, wherever, as the options of a call in another folder."""
    from pathlib import Path

    said: list[str] = []
    for name in (*_FILES, *_CHOICES):
        setting = settings.values[name]
        if setting.origin == "default":
            continue
        if isinstance(setting.value, bool):
            said.append(f"--{name}" if setting.value else f"--no-{name}")
            continue
        for value in setting.value if isinstance(setting.value, tuple) else (setting.value,):
            said += [f"--{name}", str(Path(str(value)).absolute()) if name in _FILES else str(value)]
    return said


def with_surroundings(settings: Settings, sources: Sequence[str], *, quiet: bool = False) -> Settings:
    """The settings, and where they say nothing what stands beside the DAGs; said on standard error."""
    from dagconv.discover.surroundings import found_beside  # not for --help

    found = found_beside(settings, sources)
    if found and not quiet:
        parts = [f"{one.origin} ({_told(name, one.value)})" for name, one in found.items()]
        click.echo(f"found beside the DAGs: {', '.join(parts)}; --no-discovery leaves it out", err=True)
    return Settings({**settings.values, **found})


def _told(name: str, value: object) -> str:
    return f"--{name}" if isinstance(value, tuple) else f"--{name} {value}"
