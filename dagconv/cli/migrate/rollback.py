"""`migrate rollback`: takes back the last apply and whatever followed it, or from a run on that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import FAILED, aws_options, dry_run_option, migration_options, open_aws, the_state
from dagconv.cli.migrate.told import coverage_of, keys_of, steps_of, told_as
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import Json
    from dagconv.migrate.undo.target import Target


@click.command("rollback", epilog=EXIT_CODES, short_help="Take back the last apply and what followed it.")
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--wait", type=float, default=0.0, metavar="S", help="Wait S seconds for runs in progress to end.")
@click.option("--leave-paused", is_flag=True, help="Delete workflows although their DAGs are paused by hand.")
@migration_options
@dry_run_option
@approval_option
@aws_options
@told_as("rollback")
def command(told: Json, **flags: Any) -> int:
    """Take back the last apply that changed something and the cutovers after it; with RUN, from that run on.

    Per DAG, and only as far as each step succeeds: the schedule goes off, the old DAG that we paused runs again,
    the workflow that was created is deleted or gets its previous content, and objects go that nobody needs. What
    somebody else has changed since is left alone and said. What failed stays in force: call it again. No older run
    is taken back unless it is named.
    """
    from dagconv.aws.services import CallError
    from dagconv.cli.migrate.show import show_coverage, show_result
    from dagconv.migrate.run.coverage import read_coverage
    from dagconv.migrate.undo.rollback import roll_back
    from dagconv.migrate.undo.target import choose_target

    world = open_aws(flags)
    state, about = the_state(world, flags)
    target = choose_target(state.journal(), flags["run"])
    told |= {"pending": keys_of(entry.step.key for entry in target.pending), "resumed": sorted(target.resumed())}
    told |= {"coverage": None, **steps_of(None)}
    if target.pending:
        _show_target(target, about.environment)
        if flags["dry_run"]:
            return 0
        approve(f"Take back these {len(target.pending)} steps?", flags)
    try:
        result = roll_back(world, state, flags["run"], flags["wait"], leave_paused=flags["leave_paused"])
        if result is None:
            click.echo("nothing to roll back")
            return 0
        told |= steps_of(result)
        show_result(result, "rollback")
        if result.failed:
            coverage = read_coverage(world, state.journal(), about)
            told["coverage"] = coverage_of(coverage)
            show_coverage(coverage)
            click.echo("what failed is still in force: mend its cause and call `dag-converter migrate rollback` again")
    except CallError as error:
        raise UsageError(str(error)) from error
    return FAILED if result.failed else 0


def _show_target(target: Target, environment: str) -> None:
    from dagconv.cli.migrate.show import escape
    from dagconv.migrate.undo.rollback import IRREVERSIBLE
    from dagconv.migrate.undo.target import when

    click.echo("Taken back, newest first:")
    for line in target.described():
        click.echo(f"  {line}")
    for entry in target.pending:
        click.echo(f"- {escape(str(entry.step.key))}")
    if resumed := target.resumed():
        click.echo(f"These DAGs run again in {escape(environment)}:")
        for dag_id, since in sorted(resumed.items()):
            click.echo(f"  {escape(dag_id)}, paused since {when(since)}")
        click.echo(
            "  with catchup=True Airflow makes up EVERY interval since then, also those that ran on the service;"
        )
        click.echo("  with catchup=False it runs the last one")
    if by_hand := target.by_hand():
        click.echo(f"Paused by hand, so to be un-paused by hand before: {escape(', '.join(by_hand))}")
    click.echo("Cannot be taken back:")
    for text in IRREVERSIBLE:
        click.echo(f"  {text}")
