"""`migrate import`: adopts an existing workflow by its tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import aws_options, mark_of, open_aws
from dagconv.cli.migrate.told import told_as
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import Json


@click.command("import", epilog=EXIT_CODES, short_help="Adopt an existing workflow.")
@click.argument("name", metavar="NAME|ARN")
@click.option("--dag-id", metavar="ID", help="The DAG that it runs. [default: the one in its definition]")
@click.option("--environment", metavar="NAME", help="The environment whose plans shall know it.")
@click.option("--migration", metavar="NAME", help="The migration whose plans shall know it, without an environment.")
@approval_option
@aws_options
@told_as("import")
def command(told: Json, **flags: Any) -> int:
    """Adopt a workflow that belongs to nobody: it is tagged, nothing else changes. The next plan updates it."""
    from dagconv.aws.services import CallError
    from dagconv.migrate.run.adopt import adopt

    world = open_aws(flags)
    try:
        mark, _ = mark_of(world, flags)
        approve(f"Tag {flags['name']} as made for {mark}?", flags)
        there = adopt(world, flags["name"], mark, flags["dag_id"])
    except CallError as error:
        raise UsageError(str(error)) from error
    told |= {"name": there.name, "arn": there.arn, "migration": mark}
    click.echo(f"adopted {there.arn}")
    return 0
