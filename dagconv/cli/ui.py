"""`ui`: opens the service's Airflow UI, which is one for the account and Region."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.main import EXIT_CODES

_EPILOG = f"""\b
Examples:
  dag-converter ui
  dag-converter ui --print --region us-east-2

{EXIT_CODES}"""


@click.command(epilog=_EPILOG, short_help="Open the service's Airflow UI in the browser.")
@click.option("--print", "shown", is_flag=True, help="Print the address instead: who has it is let in.")
@click.option("--region", metavar="NAME", help="AWS Region. [default: AWS_REGION or the profile's]")
@click.option("--profile", metavar="NAME", help="AWS profile.")
def command(shown: bool, **flags: Any) -> int:
    """Ask the service for an address of its Airflow UI, valid for a minute, and open it with the caller's rights."""
    import webbrowser

    from dagconv.cli.workflow.options import aws_world
    from dagconv.errors import UsageError

    with aws_world(flags) as world:
        address = world.workflows.ui_url()
    if shown:
        click.echo(address)
        return 0
    if not webbrowser.open(address):
        raise UsageError("no browser could be opened here; --print prints the address, which lets its bearer in")
    click.echo("opened in the browser", err=True)
    return 0
