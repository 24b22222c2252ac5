"""`workflow runs`: the runs of one workflow, the newest first."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import aws_world, moment, name_argument, show_json, show_table, workflow_options


@click.command("runs", epilog=EXIT_CODES, short_help="List the runs of a workflow.")
@name_argument
@workflow_options
def command(name: str, **flags: Any) -> int:
    """List the runs that the service still knows, scheduled ones too, the newest first."""
    from dagconv.operate.find import find_workflow
    from dagconv.operate.runs import list_runs

    with aws_world(flags) as world:
        found = list_runs(world, find_workflow(world, name).arn)
    if flags["form"] == "json":
        show_json({"runs": found})
        return 0
    rows = []
    for run in found:
        detail = run.get("RunDetailSummary") or {}
        rows.append((run["RunId"], detail.get("Status", ""), run.get("RunType", ""), moment(detail.get("CreatedOn"))))
    show_table(("RUN", "STATE", "TYPE", "CREATED"), rows)
    return 0
