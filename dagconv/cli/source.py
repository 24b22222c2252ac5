"""Options that say what the source was written for and what its environment holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dagconv.cli.options import setting

Command = TypeVar("Command", bound=Callable[..., object])


def input_options(command: Command) -> Command:
    """Files that hold what DAG files ask of their environment."""
    command = setting("stub-missing")(command)
    command = setting("plugins", metavar="DIR")(setting("dags-root", metavar="DIR")(command))
    for name in ("requirements", "aws-replies", "env-file", "connections", "variables"):
        command = setting(name, metavar="FILE")(command)
    return command


def source_options(command: Command) -> Command:
    """What decides the meaning of the source."""
    command = input_options(command)
    command = setting("accept", metavar="NAMES")(command)
    command = setting("dst")(command)
    command = setting("airflow-config", metavar="FILE")(command)
    command = setting("source-provider", metavar="RELEASE")(command)
    return setting("source-airflow")(command)
