"""`cache`: what is kept from earlier calls, and emptying it."""

from __future__ import annotations

import click

from dagconv.cache.folder import UnusableError, Usage, cache_place, clean, usage
from dagconv.cli.main import EXIT_CODES
from dagconv.errors import UsageError

_EPILOG = f"""\b
Examples:
  dag-converter cache info
  dag-converter cache clean
  dag-converter convert dags/ --output definitions/ --no-cache

{EXIT_CODES}"""


@click.group(epilog=_EPILOG, short_help="Show or empty the results kept from earlier calls.")
def command() -> None:
    """Results of `convert` are kept, and used while nothing that they rest on has changed.

    They lie in $XDG_CACHE_HOME/dagconv/results, or in ~/.cache/dagconv/results; --no-cache leaves them alone.
    """


@command.command()
def info() -> None:
    """Show where the results lie, how many there are and their size."""
    found = usage()
    click.echo(f"{cache_place()}\n{_shown(found)}")


@command.command("clean")
def clean_command() -> None:
    """Remove all results."""
    try:
        found = clean()
    except (OSError, UnusableError) as error:
        raise UsageError(f"{cache_place()}: {getattr(error, 'strerror', None) or error}") from error
    click.echo(f"removed {_shown(found)}")


def _shown(found: Usage) -> str:
    return f"{found.results} result{'' if found.results == 1 else 's'}, {found.size:,} bytes"
