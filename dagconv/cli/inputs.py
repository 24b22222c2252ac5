"""`inputs`: what DAG files ask of their environment while they are imported, and files to fill in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.main import EXIT_CODES
from dagconv.cli.options import setting, settings_of
from dagconv.cli.source import input_options
from dagconv.diagnostics.render.terminal import safe
from dagconv.discover import IgnoreSyntax, discover
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.load.asks import Ask

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
  dag-converter convert dags/ -o definitions/ --variables inputs/variables.json --env-file inputs/environment.env

{EXIT_CODES}"""


@click.command(epilog=_EPILOG, short_help="List what DAG files ask of their environment.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--template", type=click.Path(), metavar="DIR", help="Write files to fill in to this folder.")
@setting("timeout", metavar="S")
@setting("memory", metavar="MB")
@setting("airflowignore")
@input_options
@click.option("--config", type=click.Path(), metavar="FILE", help="Read settings from this file.")
def command(sources: tuple[str, ...], **flags: Any) -> int:
    """List every Variable, Connection, environment variable, file and AWS call that SOURCE asks for.

    Each file is imported with stand-ins for what is missing; what stands after a point where no stand-in
    can go on is not seen. Exit code 1 when something is missing that has no default.
    """
    from dagconv.load.asks import list_asks
    from dagconv.load.process import Worker
    from dagconv.options import inputs_of

    settings = settings_of(flags)
    inputs = inputs_of(settings)
    discovery = discover(sources, IgnoreSyntax(settings.choice("airflowignore")))
    limits = settings.limits
    asks: list[Ask] = []
    if discovery.files:
        with Worker() as worker:
            for file in discovery.files:
                asks += list_asks(worker, Path(file.path).absolute(), Path(file.root).absolute(), limits, inputs)
    _show(asks)
    if flags["template"]:
        _write_templates(Path(flags["template"]), asks)
    return int(any(not ask.has_default and ask.kind != "file" for ask in asks))


def _show(asks: list[Ask]) -> None:
    if not asks:
        click.echo("nothing is asked for")
    for kind, title in _TITLES.items():
        found = [ask for ask in asks if ask.kind == kind]
        if found:
            click.echo(f"{title}:")
        for name in dict.fromkeys(ask.name for ask in found):
            uses = [ask for ask in found if ask.name == name]
            places = ", ".join(f"{safe(_relative(ask.file))}:{ask.line}" for ask in uses)
            note = " (has a default)" if all(ask.has_default for ask in uses) else ""
            click.echo(f"  {safe(name)}{note}  {places}")


def _relative(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file


def _write_templates(folder: Path, asks: list[Ask]) -> None:
    def names(kind: str) -> Iterable[str]:
        return sorted({ask.name for ask in asks if ask.kind == kind})

    calls = sorted({(ask.name, ask.detail) for ask in asks if ask.kind == "aws"})
    texts = {
        "variables.json": json.dumps(dict.fromkeys(names("variable"), ""), indent=2),
        "connections.json": json.dumps({name: {"conn_type": "", "host": ""} for name in names("connection")}, indent=2),
        "environment.env": "\n".join(f"{name}=" for name in names("environment")),
        "aws-replies.json": json.dumps([_call(*call) for call in calls], indent=2),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            path = folder / name
            if path.exists():
                click.echo(f"kept: {path} exists", err=True)
            elif text not in ("{}", "[]", ""):
                path.write_text(text + "\n", encoding="utf-8")
                click.echo(f"written: {path}", err=True)
    except OSError as error:
        raise UsageError(f"--template {folder}: {error.strerror}") from error


def _call(operation: str, detail: str) -> dict[str, Any]:
    service, parameters = json.loads(detail)
    try:
        given = json.loads(parameters)
    except ValueError:  # the worker cut it
        given = {}
    return {"service": service, "operation": operation, "parameters": given, "reply": {}}
