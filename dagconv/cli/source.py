"""Options that say what the source was written for and what its environment holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dagconv.cli.options import setting
from dagconv.diagnostics import Diagnostic, Effect, Location, Page, Rule, Severity
from dagconv.errors import UsageError

if TYPE_CHECKING:
    import datetime

    from dagconv.lower.lowering import Options
    from dagconv.settings import Settings
    from dagconv.wire.inputs import Inputs

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
        configuration=configuration_of(settings),
    )


NOT_CARRIED = Rule(
    code="DC940",
    slug="configuration-not-carried",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The configuration of the source's Airflow sets an option that the service does not take over.",
    message="{option} = {value} is not carried over",
    help="look whether anything relies on it",
    why="The service has no configuration of its own to set; only defaults of DAGs and tasks are written into them.",
    example="core.parallelism = 64",
    fix="Nothing to do.",
    source=(Page("schemas/configuration.json"),),
)


def configuration_of(settings: Settings) -> dict[str, str]:
    """Raises UsageError."""
    from dagconv.load.configuration import read_configuration

    file = settings.text("airflow-config")
    return read_configuration(Path(file)) if file else {}


def configuration_findings(settings: Settings) -> list[Diagnostic]:
    """Each option that is set and not carried over, once."""
    from dagconv.catalog.configuration import options

    file = settings.text("airflow-config") or ""
    found = sorted(configuration_of(settings).items())
    return [NOT_CARRIED.at(Location(file), option=name, value=value) for name, value in found if name not in options()]


def inputs_of(settings: Settings) -> Inputs:
    """Later files win. Raises UsageError for a file that cannot be read."""
    from dagconv.load import inputs
    from dagconv.load.overlay import install_overlay
    from dagconv.wire.inputs import Inputs

    return Inputs(
        variables=_merged(settings, "variables", inputs.read_variables),
        connections=_merged(settings, "connections", inputs.read_connections),
        environment=_merged(settings, "env-file", inputs.read_environment),
        aws_replies=tuple(
            reply for file in settings.words("aws-replies") for reply in inputs.read_aws_replies(Path(file))
        ),
        folders=tuple(_folder(name) for name in (settings.text("dags-root"), *settings.words("plugins")) if name),
        overlays=tuple(str(install_overlay(Path(file))) for file in settings.words("requirements")),
        stub_missing=settings.flag("stub-missing"),
        configuration=configuration_of(settings),
    )


def _folder(name: str) -> str:
    if not Path(name).is_dir():
        raise UsageError(f"{name} is not a folder")
    return str(Path(name).absolute())


def _merged(settings: Settings, name: str, read: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    return {key: value for file in settings.words(name) for key, value in read(Path(file)).items()}
