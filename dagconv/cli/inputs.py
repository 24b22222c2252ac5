"""`inputs`: what DAG files ask of their environment while they are imported, and files to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.main import EXIT_CODES, OK
from dagconv.cli.options import setting, settings_of
from dagconv.cli.source import input_options, with_surroundings
from dagconv.diagnostics.render.terminal import safe
from dagconv.discover import discover
from dagconv.discover.source_airflow import ignore_syntax
from dagconv.errors import UsageError
from dagconv.files import write_atomically

if TYPE_CHECKING:
    from dagconv.assessment.wanted import Wanted
    from dagconv.settings import Settings

_TITLES = {
    "variable": "Airflow Variables",
    "connection": "Airflow Connections",
    "environment": "Environment variables",
    "aws": "Calls of AWS",
    "file": "Files",
    "module": "Modules that are not installed",
}
_EPILOG = f"""\b
Examples:
  dag-converter inputs dags/                          (what do they ask for?)
  dag-converter inputs dags/ --template inputs/       (files to fill in)
  dag-converter inputs dags/ --template inputs/ --from-environment Prod
  dag-converter convert dags/ -o definitions/ --variables inputs/variables.json --env-file inputs/environment.env

{EXIT_CODES}"""


@click.command(epilog=_EPILOG, short_help="List what DAG files ask of their environment.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--template", type=click.Path(), metavar="DIR", help="Write files to fill in to this folder.")
@click.option(
    "--from-environment", metavar="NAME", help="Look the missing ones up in an MWAA environment by its REST API."
)
@setting("timeout", metavar="S")
@setting("memory", metavar="MB")
@setting("airflowignore")
@setting("region", metavar="NAME")
@input_options
@click.option("--config", type=click.Path(), metavar="FILE", help="Read settings from this file.")
def command(sources: tuple[str, ...], **flags: Any) -> int:
    """List every Variable, Connection, environment variable, file and AWS call that SOURCE asks for.

    Each file is imported with stand-ins for what is missing; what stands after a point where no stand-in
    can go on is not seen. Exit code 1 when something is missing that has no default.

    With --from-environment the values of Variables are read and put into the files of --template, but for those
    that are masked or bear the name of a secret; of Connections only the names are read.
    """
    from dagconv.assessment.asking import ask_files
    from dagconv.assessment.wanted import template_texts, wanted_of
    from dagconv.load.process import Worker
    from dagconv.options import inputs_of

    settings = with_surroundings(settings_of(flags), sources)
    inputs = inputs_of(settings)
    syntax = ignore_syntax(sources, settings.text("airflowignore"), settings.text("source-airflow"))
    discovery = discover(sources, syntax)
    if not discovery.files:
        click.echo(
            f"warning: no file to load in {safe(' '.join(sources))}, so nothing was asked; check the path", err=True
        )
        return OK
    with Worker() as worker:
        asked = ask_files(worker, discovery.files, settings.limits, inputs)
    wanted = wanted_of(asked.asks)
    _show(wanted, asked.values, len(discovery.files))
    held = _look_up(flags["from_environment"], settings, wanted) if flags["from_environment"] else {}
    if flags["template"]:
        _write_templates(Path(flags["template"]), template_texts(wanted, asked.values, held))
    return int(any(not one.has_default and one.kind != "file" for one in wanted))


def _show(wanted: tuple[Wanted, ...], values: dict[str, str], files: int) -> None:
    from dagconv.assessment.wanted import type_words

    if not wanted:
        click.echo("nothing is asked for")
    for kind, title in _TITLES.items():
        found = [one for one in wanted if one.kind == kind]
        if found:
            click.echo(f"{title}:")
        for one in found:
            places = ", ".join(f"{safe(_relative(file))}:{line}" for file, line in one.places)
            words = type_words(values[one.name]) if one.name in values else ""
            notes = [words, "has a default" if one.has_default else ""]
            if files > 1 and one.waiting:
                count = len(one.waiting)
                notes.append(f"{count} file{'' if count == 1 else 's'} wait{'s' if count == 1 else ''} for it")
            note = ", ".join(filter(None, notes))
            click.echo(f"  {safe(one.name)}{f' ({note})' if note else ''}  {places}")


def _look_up(name: str, settings: Settings, wanted: tuple[Wanted, ...]) -> Mapping[str, str]:
    """The values that may be written down, once it was said what is read and what was found.

    Raises UsageError where the environment does not answer.
    """
    from dagconv.assessment.held import read_held
    from dagconv.aws.services import CallError
    from dagconv.aws.session import open_world

    world = open_world(settings.text("region"), None, lambda text: click.echo(text, err=True))
    click.echo(f"reading Variables, and names of Connections, of the environment {safe(name)}", err=True)
    try:
        held = read_held(world, name, wanted)
    except (CallError, ValueError) as error:
        raise UsageError(f"--from-environment {name}: {error}") from error
    for title, names in (
        ("Variables found", tuple(held.values)),
        ("Variables found, their values left to you since they are secret", held.withheld),
        ("Connections found, their values left to you", held.connections),
        ("not found", held.missing),
    ):
        if names:
            click.echo(f"{title}: {', '.join(map(safe, names))}", err=True)
    if held.backend:
        click.echo(f"the environment's secrets backend, {safe(held.backend)}, serves more than its REST API", err=True)
    return held.values


def _relative(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file


def _write_templates(folder: Path, texts: dict[str, str]) -> None:
    """Files that only their owner can read, since secrets are filled in; what is there is kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            path = folder / name
            if path.exists():
                click.echo(f"kept: {path} exists", err=True)
            else:
                write_atomically(path, text, 0o600)
                click.echo(f"written: {path}", err=True)
    except OSError as error:
        raise UsageError(f"--template {folder}: {error.strerror}") from error
