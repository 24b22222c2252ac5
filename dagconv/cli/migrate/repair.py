"""`migrate repair`: sets a damaged journal aside; the truth is then read from AWS by the next plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import aws_options, mark_of, open_aws, state_of
from dagconv.cli.migrate.told import told_as
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import Json


@click.command("repair", epilog=EXIT_CODES, short_help="Set a damaged journal aside.")
@click.option("--environment", metavar="NAME", help="The environment that is migrated.")
@click.option("--migration", metavar="NAME", help="The migration, without an environment.")
@approval_option
@aws_options
@told_as("repair")
def command(told: Json, **flags: Any) -> int:
    """Set a damaged journal aside, under another name. The next plan finds what exists by its tags."""
    from dagconv.aws.services import CallError

    world = open_aws(flags)
    mark, _ = mark_of(world, flags)
    state = state_of(world, flags, mark)
    approve(f"Set the journal in {state.storage.place} aside? A rollback of what it holds is then impossible.", flags)
    try:
        moved = state.storage.set_journal_aside()
    except CallError as error:
        raise UsageError(str(error)) from error
    told["moved"] = None if moved is None else str(moved)
    click.echo("there is no journal" if moved is None else f"the journal is now {moved}; plan again")
    return 0
