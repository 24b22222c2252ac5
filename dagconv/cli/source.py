"""Options that say what the source was written for and what its environment holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dagconv.cli.options import setting
from dagconv.errors import UsageError

if TYPE_CHECKING:
    import datetime

    from dagconv.load.inputs import Inputs
    from dagconv.lower.lowering import Options
    from dagconv.settings import Settings

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
    command = setting("source-provider", metavar="RELEASE")(command)
    return setting("source-airflow")(command)


def lowering_of(settings: Settings, now: datetime.datetime) -> Options:
    """Raises UsageError for a release that is none."""
    from dagconv.catalog.renames import release
    from dagconv.lower.lowering import Options

    provider = settings.text("source-provider")
    try:
        release(provider or "0")
    except ValueError as error:
        raise UsageError(f"--source-provider {provider} is no release such as 8.24.0") from error
    return Options(
        now=now,
        region=settings.text("region"),
        dst=settings.choice("dst"),
        accept=frozenset(settings.words("accept")),
        source_airflow=settings.text("source-airflow"),
        source_provider=provider,
    )


def inputs_of(settings: Settings) -> Inputs:
    """Later files win. Raises UsageError for a file that cannot be read."""
    from dagconv.load import inputs
    from dagconv.load.overlay import install_overlay

    return inputs.Inputs(
        variables=_merged(settings, "variables", inputs.read_variables),
        connections=_merged(settings, "connections", inputs.read_connections),
        environment=_merged(settings, "env-file", inputs.read_environment),
        aws_replies=tuple(
            reply for file in settings.words("aws-replies") for reply in inputs.read_aws_replies(Path(file))
        ),
        folders=tuple(_folder(name) for name in (settings.text("dags-root"), *settings.words("plugins")) if name),
        overlays=tuple(str(install_overlay(Path(file))) for file in settings.words("requirements")),
        stub_missing=settings.flag("stub-missing"),
    )


def _folder(name: str) -> str:
    if not Path(name).is_dir():
        raise UsageError(f"{name} is not a folder")
    return str(Path(name).absolute())


def _merged(settings: Settings, name: str, read: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    return {key: value for file in settings.words(name) for key, value in read(Path(file)).items()}
