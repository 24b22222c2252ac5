"""`migrate repair`: sets a damaged journal aside; the truth is then read from AWS by the next plan."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import aws_options, mark_of, open_aws


@click.command("repair", epilog=EXIT_CODES, short_help="Set a damaged journal aside.")
@click.option("--environment", metavar="NAME", help="The environment that is migrated.")
@click.option("--migration", metavar="NAME", help="The migration, without an environment.")
@approval_option
@aws_options
def command(**flags: Any) -> int:
    """Set a damaged journal aside, under another name. The next plan finds what exists by its tags."""
    from dagconv.migrate.run.state import State, state_folder

    world = open_aws(flags)
    mark, _ = mark_of(world, flags)
    state = State(state_folder(flags["state_dir"], world.identity.caller(), mark), world.say)
    approve(f"Set the journal in {state.folder} aside? A rollback of what it holds is then impossible.", flags)
    moved = state.set_aside()
    click.echo("there is no journal" if moved is None else f"the journal is now {moved}; plan again")
    return 0
