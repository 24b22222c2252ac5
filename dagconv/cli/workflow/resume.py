"""`workflow resume`: switches the schedule of a workflow on."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.approval import approval_option
from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import name_argument, workflow_options
from dagconv.cli.workflow.pause import switch


@click.command("resume", epilog=EXIT_CODES, short_help="Switch the schedule of a workflow on.")
@name_argument
@click.option("--adopt", is_flag=True, help="Also a workflow that another hand made.")
@approval_option
@workflow_options
def command(name: str, **flags: Any) -> int:
    """Set the trigger mode to SCHEDULED. There is no catch-up: runs that were missed stay missed."""
    return switch(name, "SCHEDULED", flags)
