"""`workflow stop`: stops a run."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import aws_world, name_argument, run_argument, show_json, workflow_options
from dagconv.diagnostics.render.terminal import safe


@click.command("stop", epilog=EXIT_CODES, short_help="Stop a run.")
@name_argument
@run_argument
@workflow_options
def command(name: str, run: str | None, **flags: Any) -> int:
    """Stop a run, the newest unless RUN names one. What its tasks have started elsewhere may go on."""
    from dagconv.operate.find import find_workflow
    from dagconv.operate.runs import Follower, run_id_of

    with aws_world(flags) as world:
        found = find_workflow(world, name)
        run_id = run_id_of(world, found, run)
        before = Follower(world, found.arn, run_id).look()
        if not before.ended:
            world.workflows.stop_run(found.arn, run_id)
    said = f"had ended already: {before.state}" if before.ended else "is being stopped"
    if flags["form"] == "json":
        show_json({"run": run_id, "stopped": not before.ended, "state": before.state})
    else:
        click.echo(f"run {safe(run_id)} {said}")
    return 0
