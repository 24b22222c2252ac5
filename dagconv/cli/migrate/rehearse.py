"""`migrate rehearse`: the whole migration on this machine, against stand-ins of the services."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import FAILED
from dagconv.cli.options import settings_of
from dagconv.cli.source import source_arguments, source_options
from dagconv.errors import UsageError

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("rehearse", epilog=EXIT_CODES, short_help="Rehearse a migration on this machine.")
@click.option("--source", type=_FOLDER, metavar="DIR", help="DAG files of the environment to rehearse with.")
@click.option("--definitions", type=_FOLDER, metavar="DIR", help="Finished definitions instead.")
@source_options
@click.option("--crash", is_flag=True, help="Kill apply in the middle and resume it.")
@click.option("--serve", is_flag=True, help="Only serve the stand-ins until Ctrl-C, for commands of your own.")
@click.option("--port", type=int, default=0, metavar="N", help="Port for --serve. [default: any]")
def command(**flags: Any) -> int:
    """Play a whole migration against stand-ins of the services on this machine; no AWS account is needed.

    Every request is checked against the service's model, every definition by the validator.
    """
    try:
        from dagconv.standin.stage import Stage
    except ImportError as error:
        raise UsageError(f"a rehearsal needs the extra dagconv[rehearse] ({error.name} is missing)") from error
    from dagconv.migrate.rehearse import ENVIRONMENT, Rehearsal

    if not flags["source"] and not flags["definitions"]:
        raise UsageError("give the DAGs to rehearse with: --source DIR or --definitions DIR")
    source, definitions = (flags[name].absolute() if flags[name] else None for name in ("source", "definitions"))
    inputs = source_arguments(settings_of(flags))
    with Stage(port=flags["port"]) as stage:
        if flags["serve"]:
            stage.open_environment(ENVIRONMENT, source)
            stage.environment.knows_every_dag = True
            click.echo("\n".join(f"export {name}={value}" for name, value in stage.variables().items()))
            click.echo(f"# environment {ENVIRONMENT}, Region {stage.region}; Ctrl-C ends", err=True)
            stage.wait()
            return 0
        with tempfile.TemporaryDirectory(prefix="dagconv-rehearsal-") as folder:
            rehearsal = Rehearsal(stage, Path(folder), inputs, click.echo)
            rehearsal.play(source, definitions, crash=flags["crash"])
    for failure in rehearsal.failures:
        click.echo(f"FAILED: {failure}")
    return FAILED if rehearsal.failures else 0
