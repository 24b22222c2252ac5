"""`workflow start`: starts a run, and with --wait follows it to its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dagconv.cli.main import Terminated
from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import aws_world, name_argument, show_json, workflow_options
from dagconv.diagnostics.render.terminal import safe


@click.command("start", epilog=EXIT_CODES, short_help="Start a run.")
@name_argument
@click.option("--param", "texts", multiple=True, metavar="NAME=TEXT", help="A parameter of the run, as text.")
@click.option("--param-json", "jsons", multiple=True, metavar="NAME=JSON", help="The same, as JSON.")
@click.option("--params-file", type=click.Path(exists=True, path_type=Path), metavar="FILE", help="A JSON object.")
@click.option("--wait", is_flag=True, help="Follow the run to its end; Ctrl-C leaves it going.")
@workflow_options
def command(name: str, wait: bool, **flags: Any) -> int:
    """Start a run. It does real work. With --wait the exit code is 0 only if every last attempt succeeded."""
    from dagconv.cli.workflow.watch import follow
    from dagconv.operate.find import find_workflow
    from dagconv.operate.runs import parameters_of, read_parameters, start_run

    document = flags["params_file"].read_text("utf-8") if flags["params_file"] else None
    given = read_parameters(flags["texts"], flags["jsons"], document)
    with aws_world(flags) as world:
        found = find_workflow(world, name)
        parameters = parameters_of(found, given)
        try:
            run_id = start_run(world, found.arn, parameters)
        except (KeyboardInterrupt, Terminated):
            click.echo(f"it may have started: dag-converter workflow runs {safe(found.name)}", err=True)
            raise
        if wait:
            return follow(world, found, run_id, flags["form"])
    if flags["form"] == "json":
        show_json({"run": run_id, "workflow": found.arn})
    else:
        click.echo(f"run {safe(run_id)} started; dag-converter workflow watch {safe(name)}")
    return 0
