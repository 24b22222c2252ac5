"""`migrate rehearse`: the whole migration on this machine, against stand-ins of the services."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import FAILED
from dagconv.cli.migrate.plan import input_options
from dagconv.cli.options import settings_of
from dagconv.cli.source import source_arguments
from dagconv.errors import UsageError
from dagconv.settings import KEYS

# Options of a plan that take a file or folder of the caller's.
_FILES = frozenset({"code"})
# Said to a plan by the rehearsal itself, or by the settings.
_OWN = frozenset({"source", "definitions"})


@click.command("rehearse", epilog=EXIT_CODES, short_help="Rehearse a migration on this machine.")
@input_options
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
    for name in ("source", "definitions"):
        if flags[name] and not flags[name].is_dir():
            raise UsageError(f"--{name} {flags[name]}: no such folder")
    source, definitions = (flags[name].absolute() if flags[name] else None for name in ("source", "definitions"))
    inputs = [*source_arguments(settings_of(flags)), *_arguments(flags)]
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


def _arguments(flags: dict[str, Any]) -> list[str]:
    """The options of a plan that are no settings, as they were given, for a call in another folder."""
    settings = {key.name.replace("-", "_") for key in KEYS} - {"include", "exclude"}
    said: list[str] = []
    for option in input_options(click.Command("plan")).params:
        value = flags[option.name]
        if option.name in settings | _OWN or value in (None, (), False, option.default):
            continue
        if value is True:
            said.append(option.opts[0])
            continue
        for one in value if isinstance(value, tuple) else (value,):
            said += [option.opts[0], str(Path(one).absolute()) if option.name in _FILES else str(one)]
    return said
