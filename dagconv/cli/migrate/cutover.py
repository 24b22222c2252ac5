"""`migrate cutover`: switches workflows to their schedules, and pauses the old DAGs before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import FAILED, aws_options, migration_options, open_aws, take_over_option, the_state
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.migrate.run.cutover import Wave


@click.command("cutover", epilog=EXIT_CODES, short_help="Switch workflows to their schedules.")
@migration_options
@take_over_option
@click.option("--canary", type=click.IntRange(1), metavar="N", help="Only the next N workflows, by DAG id.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only these DAG ids.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not these DAG ids.")
@click.option("--pause-source", is_flag=True, help="Pause each DAG in the old environment by its REST API.")
@click.option("--include-paused", is_flag=True, help="Switch on what is paused in the old environment, too.")
@click.option("--break-dependents", is_flag=True, help="Switch DAGs although others that depend on them stay behind.")
@click.option(
    "--wait", type=float, default=3600.0, show_default=True, metavar="S", help="Wait S seconds for a DAG's runs to end."
)
@click.option("--leave-runs", is_flag=True, help="Pause at once and leave runs in progress half-way.")
@click.option("--trigger-mode-raw", metavar="TEXT", help="The mode as the service spells it. [default: SCHEDULED]")
@click.option("--resume", is_flag=True, help="End the last cutover that was cut off or failed in part.")
@approval_option
@aws_options
def command(**flags: Any) -> int:
    """Switch workflows to their schedules, one DAG after another.

    Per DAG: the workflow is what was deployed; runs of the old DAG in progress have ended; it is paused and read
    back, and let go at once when a run began meanwhile; the new mode is set and read back. When that fails the old
    DAG is let go again. Without --pause-source the DAGs listed must be paused already.
    """
    from dagconv.aws.services import CallError
    from dagconv.cli.migrate.show import escape, show_result
    from dagconv.migrate.run.cutover import Wave, candidates, cut_over, resume_cutover

    world = open_aws(flags)
    state, about = the_state(world, flags)
    environment, differing = about.environment, False
    try:
        if flags["resume"]:
            result = resume_cutover(world, state, about)
            if result is None:
                click.echo("nothing to resume: the last cutover is complete")
                return 0
        else:
            if flags["pause_source"] and not environment:
                raise UsageError("--pause-source needs a migration that was planned with --environment")
            wave = Wave(
                mode=flags["trigger_mode_raw"] or "SCHEDULED",
                canary=flags["canary"],
                include=flags["include"],
                exclude=flags["exclude"],
                pause=environment if flags["pause_source"] else None,
                wait=flags["wait"],
                leave_runs=flags["leave_runs"],
                include_paused=flags["include_paused"],
                break_dependents=flags["break_dependents"],
                take_over=flags["take_over"],
            )
            found = candidates(world, state, about.owner, wave)
            differing = bool(found.differing or found.held)
            for one in found.paused:
                click.echo(
                    f"= {escape(one.name)}  {escape(one.schedule)}  is PAUSED in the old environment and stays off"
                )
            for one in found.differing:
                click.echo(f"! {escape(one.name)}  is not what was deployed: {escape('; '.join(one.differences))}")
            for one in found.held:
                click.echo(
                    f"! {escape(one.name)}  stays: DAGs depend on it that stay behind (--break-dependents goes on)"
                )
            for dependent in found.left:
                click.echo(
                    f"    {escape(dependent.dag_id)} depends on {escape(dependent.on)}: it {escape(dependent.how)}"
                )
            if not found.chosen:
                click.echo("nothing to switch: no workflow with a schedule waits for its cutover")
                return FAILED if differing else 0
            for one in found.chosen:
                click.echo(f"~ {escape(one.name)}  {escape(one.schedule)}")
            approve(_question(wave, [one.dag_id for one in found.chosen]), flags)
            result = cut_over(world, state, about, wave, found.chosen)
    except CallError as error:
        raise UsageError(str(error)) from error
    show_result(result, "cutover")
    return FAILED if result.failed or differing else 0


def _question(wave: Wave, dag_ids: list[str]) -> str:
    if wave.pause:
        runs = (
            "runs in progress are LEFT HALF-WAY" if wave.leave_runs else f"their runs may take {wave.wait:.0f} s each"
        )
        return f"Pause these {len(dag_ids)} DAGs in {wave.pause} ({runs}) and start their workflows' schedules?"
    click.echo(f"These DAGs must be PAUSED in the old environment now: {', '.join(dag_ids)}")
    return "Are they paused, and shall the new schedules start?"
