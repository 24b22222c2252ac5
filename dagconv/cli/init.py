"""`init`: a first dagconv.toml from what stands beside the DAGs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dagconv.cli.main import EXIT_CODES, OK
from dagconv.cli.options import setting, settings_of
from dagconv.discover.source_airflow import dags_root, source_airflow
from dagconv.discover.surroundings import look_around
from dagconv.errors import UsageError
from dagconv.ir.source_airflow import SourceAirflow
from dagconv.settings import OWN_FILE, settings_text

_EPILOG = f"""\b
Examples:
  dag-converter init dags/
  dag-converter init dags/ --output definitions && dag-converter convert dags/

{EXIT_CODES}"""


@click.command(epilog=_EPILOG, short_help="Write a dagconv.toml.")
@click.argument("source", default="dags")
@click.option("--output", "-o", default="definitions", show_default=True, metavar="DIR", help="Folder of definitions.")
@setting("source-airflow")
def command(source: str, output: str, **flags: Any) -> int:
    """Write dagconv.toml here: where the definitions go, and what the folder SOURCE tells of its environment.

    Files are read as text; nothing is run and nothing is asked.
    """
    folder, file = Path(source), Path(OWN_FILE)
    if not folder.is_dir():
        raise UsageError(f"no such folder: {source}")
    if file.exists():
        raise UsageError(f"{file} exists and is left as it is")
    values: dict[str, tuple[object, str]] = {"output": (output, "")}
    airflow = source_airflow(dags_root(folder.absolute()))
    if said := settings_of(flags).text("source-airflow"):
        airflow = SourceAirflow(said)
        values["source-airflow"] = (said, "")
    elif airflow.generation:
        values["source-airflow"] = (airflow.generation, f"by {airflow.reason}")
    values |= {name: (value, f"by {origin}") for name, (value, origin) in look_around([source]).values.items()}
    try:
        file.write_text(settings_text(values), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
    click.echo(file.read_text(encoding="utf-8"), nl=False)
    if airflow.contradiction or not airflow.generation:
        click.echo('Which Airflow the DAGs are for is not told: add source-airflow = "2" or "3".', err=True)
    return OK
