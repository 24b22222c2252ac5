"""`workflow list`: the workflows of the account and Region."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import aws_world, moment, show_json, show_table, workflow_options
from dagconv.errors import UsageError


@click.command("list", epilog=EXIT_CODES, short_help="List the workflows of the account.")
@click.option("--trigger", metavar="MODE", help="Only those with this trigger mode (SCHEDULED, MANUAL, DISABLED).")
@click.option("--tag", metavar="KEY=VALUE", help="Only those with this tag; one more call for each workflow.")
@workflow_options
def command(trigger: str | None, tag: str | None, **flags: Any) -> int:
    """List every workflow of the account and Region."""
    with aws_world(flags) as world:
        found = [one for one in world.workflows.all() if not trigger or one.get("TriggerMode") == trigger.upper()]
        if tag is not None:
            key, sign, value = tag.partition("=")
            if not sign:
                raise UsageError("--tag: say KEY=VALUE")
            click.echo(f"reading the tags of {len(found)} workflows", err=True)
            found = [one for one in found if world.workflows.tags(str(one["WorkflowArn"])).get(key) == value]
    found.sort(key=lambda one: str(one.get("Name", "")))
    if flags["form"] == "json":
        show_json({"workflows": found})
        return 0
    rows = [
        (one.get("Name", ""), one.get("TriggerMode", ""), one.get("WorkflowStatus", ""), moment(one.get("ModifiedAt")))
        for one in found
    ]
    show_table(("NAME", "TRIGGER", "STATUS", "MODIFIED"), rows)
    return 0
