"""`migrate rollback`: takes back the last apply and whatever followed it."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import (
    FAILED,
    approval_option,
    approve,
    aws_options,
    migration_options,
    open_aws,
    the_state,
)
from dagconv.errors import UsageError


@click.command("rollback", epilog=EXIT_CODES, short_help="Take back the last apply and what followed it.")
@migration_options
@approval_option
@aws_options
def command(**flags: Any) -> int:
    """Take back the last apply and whatever followed it, from the journal.

    Workflows that were created are deleted, updated ones get their previous content, old trigger modes and
    paused DAGs come back, and our trust statement goes when nothing needs it. What somebody else has changed
    since is left alone and said. A rollback that is killed is simply called again.
    """
    from dagconv.aws.services import CallError
    from dagconv.cli.migrate.show import escape, show_result
    from dagconv.migrate.undo.rollback import IRREVERSIBLE, pending_steps, roll_back

    world = open_aws(flags)
    state, _ = the_state(world, flags)
    pending = pending_steps(state.journal())
    for entry in pending:
        click.echo(f"- {escape(str(entry.step.key))}")
    if pending:
        click.echo("Cannot be taken back:")
        for text in IRREVERSIBLE:
            click.echo(f"  {text}")
        approve(f"Take back these {len(pending)} steps?", flags)
    try:
        result = roll_back(world, state)
    except CallError as error:
        raise UsageError(str(error)) from error
    if result is None:
        click.echo("nothing to roll back")
        return 0
    show_result(result, "rollback")
    return FAILED if result.failed else 0
