"""`migrate verify`: reads every workflow back and compares; with --run, starts chosen ones and follows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import FAILED, aws_options, migration_options, open_aws, the_state
from dagconv.cli.migrate.told import told_as
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import Json, World
    from dagconv.migrate.run.desired_state import Wanted


@click.command("verify", epilog=EXIT_CODES, short_help="Read workflows back and compare them.")
@migration_options
@click.option("--run", "runs", multiple=True, metavar="NAME", help="Start this workflow and follow it to its end.")
@click.option("--timeout", type=float, default=3600.0, show_default=True, metavar="S", help="Longest time to follow.")
@approval_option
@aws_options
@told_as("verify")
def command(told: Json, **flags: Any) -> int:
    """Read every workflow back and compare it field by field with what was deployed.

    --run starts REAL jobs: every task of the workflow does its work. Ctrl-C stops the run.
    """
    from dagconv.aws.services import CallError
    from dagconv.cli.migrate.show import escape
    from dagconv.migrate.run.desired_state import compare, wanted_workflows
    from dagconv.migrate.run.from_tags import tagged_workflows

    world = open_aws(flags)
    state, about = the_state(world, flags, from_tags=True)
    bad = 0
    told |= {"workflows": [], "runs": []}
    try:
        wanted = wanted_workflows(state, state.journal()) or tagged_workflows(world, about.owner)
        for workflow in wanted:
            differences = compare(world, workflow).differences
            bad += bool(differences)
            named = {"name": workflow.deployment.name, "dag_id": workflow.deployment.dag_id, "arn": workflow.arn}
            told["workflows"].append({**named, "differences": list(differences)})
            click.echo(f"{'differs' if differences else 'equal  '}  {escape(workflow.deployment.name)}")
            for line in differences:
                click.echo(f"    {escape(line)}")
        click.echo(f"{len(wanted) - bad} of {len(wanted)} workflows are as they were deployed")
        for name in flags["runs"]:
            bad += not _run(world, _named(wanted, name), told, flags)
    except CallError as error:
        raise UsageError(str(error)) from error
    return FAILED if bad else 0


def _named(wanted: list[Wanted], name: str) -> Wanted:
    for workflow in wanted:
        if name in (workflow.deployment.name, workflow.deployment.dag_id):
            return workflow
    raise UsageError(f"--run {name}: no such workflow in this migration")


def _run(world: World, wanted: Wanted, told: Json, flags: dict[str, Any]) -> bool:
    from dagconv.cli.migrate.show import escape
    from dagconv.deploy.definition import body_of
    from dagconv.operate.watch import watch_run

    body = body_of(wanted.deployment.definition)
    click.echo(f"A run of {wanted.deployment.name} does real work:")
    for task_id, task in (body[1].get("tasks") or {}).items() if body else ():
        click.echo(f"  {escape(str(task_id))}: {escape(str(task.get('operator')))}")
    approve("Start it?", flags)
    seen = watch_run(world, wanted.arn, {}, flags["timeout"])
    failed = sorted(one.task for one in seen.failed)
    run = {"workflow": wanted.deployment.name, "run_id": seen.run_id, "state": seen.state, "error": seen.error}
    told["runs"].append({**run, "failed_tasks": failed})
    click.echo(f"run {seen.run_id}: {seen.state}" + (f" ({escape(seen.error)})" if seen.error else ""))
    if failed:
        click.echo(f"  tasks that failed: {escape(', '.join(failed))}")
    return seen.good
