"""`workflow pause`: switches the schedule of a workflow off."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import FAILED, aws_world, name_argument, show_json, workflow_options
from dagconv.diagnostics.render.terminal import safe


@click.command("pause", epilog=EXIT_CODES, short_help="Switch the schedule of a workflow off.")
@name_argument
@click.option("--adopt", is_flag=True, help="Also a workflow that another hand made.")
@approval_option
@workflow_options
def command(name: str, **flags: Any) -> int:
    """Set the trigger mode to MANUAL: the workflow runs when started only. A run that is going on goes on."""
    return switch(name, "MANUAL", flags)


def switch(name: str, mode: str, flags: dict[str, Any]) -> int:
    """Sets a trigger mode, which makes a version; nothing is called where it is set already."""
    from dagconv.deploy.definition import schedule_of
    from dagconv.deploy.remote import SCHEDULED
    from dagconv.errors import UsageError
    from dagconv.operate.deploy import RacedError, require_owned, set_trigger
    from dagconv.operate.find import find_workflow

    with aws_world(flags) as world:
        found = find_workflow(world, name)
        require_owned(found, adopt=flags["adopt"])
        schedule = schedule_of(found.text)
        if mode == SCHEDULED and schedule is None:
            raise UsageError(f"{found.name} has no schedule to switch on")
        changed = found.trigger != mode
        if changed and mode == SCHEDULED:
            approve(f"{found.name} will run by its schedule {schedule}.", flags)
        try:
            version = set_trigger(world, found, mode) if changed else found.version
        except RacedError as error:
            click.echo(f"Error: {safe(str(error))}", err=True)
            return FAILED
    if flags["form"] == "json":
        show_json({"name": found.name, "trigger": mode, "changed": changed, "version": version})
    else:
        click.echo(f"{safe(found.name)} {'is' if changed else 'was already'} {mode}")
    return 0
