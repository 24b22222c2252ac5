"""The command group and the exit codes: every way a call can end becomes one number here."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

import click

from dagconv.errors import UsageError
from dagconv.version import __version__

OK, FINDINGS, USAGE, INTERNAL, INTERRUPTED, BROKEN_PIPE, TERMINATED = 0, 1, 2, 3, 130, 141, 143

EXIT_CODES = """\b
Exit codes:
  0    nothing found at error level
  1    findings at error level, or a DAG without an output
  2    wrong call or setting
  3    a bug in dagconv (please report the lines printed)
  130  interrupted (Ctrl-C)
  143  terminated"""

# Verb -> its one line in `--help`. The module `dagconv.cli.<verb>` is imported only when the verb is used.
VERBS = {
    "assess": "Say how much of a folder or an environment moves, and what the rest needs.",
    "cache": "Show or empty the results kept from earlier calls.",
    "completion": "Print the completion script of a shell.",
    "config": "Show the settings in force and where they come from.",
    "convert": "Compile DAG files to definitions, each proved to mean the same.",
    "explain": "Explain a code of a finding.",
    "init": "Write a dagconv.toml from what stands beside the DAGs.",
    "inputs": "List what DAG files ask of their environment while they are imported.",
    "migrate": "Move an MWAA environment to MWAA Serverless.",
    "operators": "Search the operator classes and their arguments.",
    "package": "List what a code package holds and where it came from.",
    "schema": "Print the JSON Schema of definitions, for editors.",
    "ui": "Open the service's Airflow UI in the browser.",
    "validate": "Judge definitions as the service would, without Airflow.",
    "workflow": "Deploy, start, watch and delete single workflows.",
}


class Terminated(BaseException):
    """SIGTERM as an exception, so that workers and temporary files are cleaned up on the way out."""


class ReaderGone(BaseException):
    """The pipe that we write to was closed; click would turn the error into exit code 1, which means findings."""


class LazyGroup(click.Group):
    """Finds its verbs by name: `--help` and completion of one verb do not import the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(f"dagconv.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib  # its time is not for calls that are right

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            if near and not args[0].startswith("-"):
                raise click.UsageError(f"{error.message.rstrip('.')}. Did you mean {near[0]!r}?", ctx) from error
            raise

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGone from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, VERBS[verb]) for verb in self.list_commands(ctx)])


def show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from dagconv.cli.version import version_lines

    click.echo("\n".join(version_lines()))
    ctx.exit()


@click.group(
    cls=LazyGroup,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"""\b
Examples:
  dag-converter convert dags/ --output definitions/
  dag-converter convert dags/etl.py --output - --format concise

{EXIT_CODES}""",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Show the versions of dagconv and of the engine that it proves against.",
)
def cli() -> None:
    """Compile Apache Airflow DAGs to Amazon MWAA Serverless definitions, and prove that both mean the same."""


def run(arguments: Sequence[str]) -> int:
    """Runs one call and gives its exit code; never raises and never prints a traceback unless asked with -v."""
    for stream in (sys.stdout, sys.stderr):
        # Names from DAG files may hold what the terminal's encoding lacks; a report must not fail over it.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = _call(arguments)
        sys.stdout.flush()
        return code
    except (BrokenPipeError, ReaderGone):
        # What is left in the buffer must not raise again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Terminated:
        return TERMINATED


def _call(arguments: Sequence[str]) -> int:
    try:
        code = cli.main(args=list(arguments), prog_name=_called_as(), standalone_mode=False)
        return code if isinstance(code, int) else OK
    except click.ClickException as error:
        error.show()
        return USAGE
    except UsageError as error:
        click.echo(f"Error: {error}", err=True)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line of defence turns every bug into exit code 3
        from dagconv.cli.crash import crash_lines

        click.echo("\n".join(crash_lines(error, arguments, __version__)), err=True)
        return INTERNAL


def _called_as() -> str:
    name = os.path.basename(sys.argv[0]) if sys.argv else ""  # noqa: PTH119 - pathlib would cost start-up time
    return name if name in ("dag-converter", "dagconv") else "python -m dagconv"


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated
