"""`workflow versions`: the versions of one workflow, the newest first."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import aws_world, moment, name_argument, show_json, show_table, workflow_options


@click.command("versions", epilog=EXIT_CODES, short_help="List the versions of a workflow.")
@name_argument
@workflow_options
def command(name: str, **flags: Any) -> int:
    """List the versions; `deploy --name NAME --from-version V` deploys one of them again."""
    from dagconv.deploy.deployment import location_in
    from dagconv.operate.find import find_workflow

    with aws_world(flags) as world:
        found = list(world.workflows.versions(find_workflow(world, name).arn))
    found.sort(key=lambda one: (bool(one.get("IsLatestVersion")), str(one.get("CreatedAt", ""))), reverse=True)
    if flags["form"] == "json":
        show_json({"versions": found})
        return 0
    rows = [
        (
            one.get("WorkflowVersion", ""),
            moment(one.get("CreatedAt")),
            one.get("TriggerMode", ""),
            location_in(one.get("DefinitionS3Location")) or "",
        )
        for one in found
    ]
    show_table(("VERSION", "CREATED", "TRIGGER", "DEFINITION"), rows)
    return 0
