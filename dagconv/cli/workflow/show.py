"""`workflow show`: one workflow as the service holds it."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import aws_world, moment, name_argument, show_json, workflow_options
from dagconv.diagnostics.render.terminal import safe


@click.command("show", epilog=EXIT_CODES, short_help="Show one workflow.")
@name_argument
@click.option("--definition", is_flag=True, help="Print the definition only.")
@workflow_options
def command(name: str, definition: bool, **flags: Any) -> int:
    """Show a workflow: version, trigger, role, where its definition lies. Values of variables are not shown."""
    from dagconv.deploy.definition import schedule_of
    from dagconv.deploy.deployment import location_in
    from dagconv.operate.find import find_workflow

    with aws_world(flags) as world:
        found = find_workflow(world, name)
    if definition:
        click.echo(found.text, nl=not found.text.endswith("\n"))
        return 0
    whole = dict(found.whole)
    variables = sorted((whole.pop("Environment", None) or {}).get("Variables") or {})
    if flags["form"] == "json":
        show_json({**whole, "EnvironmentVariables": variables, "Tags": dict(found.tags)})
        return 0
    rows = {
        "name": found.name,
        "arn": found.arn,
        "version": found.version,
        "status": whole.get("WorkflowStatus"),
        "trigger": found.trigger,
        "schedule": schedule_of(found.text),
        "role": whole.get("RoleArn"),
        "definition": location_in(whole.get("DefinitionS3Location")),
        "code": location_in((whole.get("Code") or {}).get("S3Location")),
        "variables": ", ".join(variables),
        "modified": moment(whole.get("ModifiedAt")),
        "made": found.owner,
    }
    for title, value in rows.items():
        if value:
            click.echo(f"{title + ':':<12}{safe(str(value))}")
    return 0
