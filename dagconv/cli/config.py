"""`config`: the settings in force, and where each of them comes from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from dagconv.cli.options import checked
from dagconv.settings import KEYS, read_settings

_EPILOG = """\b
Examples:
  dag-converter config
  DAGCONV_FORMAT=concise dag-converter config format

\b
Settings stand in [tool.dagconv] of pyproject.toml or in dagconv.toml, in DAGCONV_* variables of the
environment, and in options; the last of these wins.

\b
Exit codes: 0 shown, 2 a setting is unknown or wrong."""


@click.command(epilog=_EPILOG, short_help="Show the settings in force and their origins.")
@click.argument("names", nargs=-1, type=click.Choice([key.name for key in KEYS]), metavar="NAME...")
@click.option("--config", "file", type=click.Path(path_type=Path), metavar="FILE", help="Read settings from this file.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(names: tuple[str, ...], file: Path | None, form: str) -> None:
    """Show every setting, or those named: value, origin and meaning."""
    settings = checked(read_settings({}, os.environ, Path.cwd(), file))
    keys = [key for key in KEYS if not names or key.name in names]
    if form == "json":
        document = {
            key.name: {"value": settings.values[key.name].value, "origin": settings.values[key.name].origin}
            for key in keys
        }
        click.echo(json.dumps(document, indent=2))
        return
    for key in keys:
        found = settings.values[key.name]
        click.echo(f"{key.name} = {json.dumps(found.value)}  # {found.origin}")
        click.echo(f"    {key.summary}")
