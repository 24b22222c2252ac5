"""`migrate cutover`: switches workflows to their schedules, and pauses the old DAGs before."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import (
    FAILED,
    approval_option,
    approve,
    aws_options,
    migration_options,
    open_aws,
    take_over_option,
    the_state,
)
from dagconv.errors import UsageError


@click.command("cutover", epilog=EXIT_CODES, short_help="Switch workflows to their schedules.")
@migration_options
@take_over_option
@click.option("--canary", type=click.IntRange(1), metavar="N", help="Only the next N workflows, by DAG id.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only these DAG ids.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not these DAG ids.")
@click.option("--pause-source", is_flag=True, help="Pause each DAG in the old environment by its REST API.")
@click.option("--wait", is_flag=True, help="Let schedules that fire within five minutes fire in the old one first.")
@click.option("--trigger-mode-raw", metavar="TEXT", help="The mode as the service spells it. [default: SCHEDULED]")
@click.option("--resume", is_flag=True, help="End the last cutover that was cut off or failed in part.")
@approval_option
@aws_options
def command(**flags: Any) -> int:
    """Switch workflows to their schedules, one DAG after another.

    Per DAG: the workflow is READY; the old DAG's state is recorded, it is paused and read back; the new mode
    is set and read back. When that fails the old DAG is let go again. Without --pause-source the DAGs listed
    must be paused already.
    """
    from dagconv.aws.services import CallError
    from dagconv.cli.migrate.show import escape, show_result
    from dagconv.migrate.run.cutover import NEAR, Wave, candidates, cut_over, resume_cutover

    world = open_aws(flags)
    state, about = the_state(world, flags)
    environment = about.environment
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
                take_over=flags["take_over"],
            )
            chosen = candidates(world, about.owner, wave)
            if not chosen:
                click.echo("nothing to switch: no workflow with a schedule waits for its cutover")
                return 0
            for one in chosen:
                soon = one.seconds_to_fire is not None and one.seconds_to_fire <= NEAR
                advice = "" if flags["wait"] else ": pass --wait to let it fire in the old environment first"
                note = f"  fires in {one.seconds_to_fire:.0f} s{advice}" if soon else ""
                click.echo(f"~ {escape(one.name)}  {escape(one.schedule)}{note}")
            approve(_question(wave.pause, [one.dag_id for one in chosen]), flags)
            result = cut_over(world, state, about, wave, chosen)
    except CallError as error:
        raise UsageError(str(error)) from error
    show_result(result, "cutover")
    return FAILED if result.failed else 0


def _question(pause: str | None, dag_ids: list[str]) -> str:
    if pause:
        return f"Pause these {len(dag_ids)} DAGs in {pause} and start their workflows' schedules?"
    click.echo(f"These DAGs must be PAUSED in the old environment now: {', '.join(dag_ids)}")
    return "Are they paused, and shall the new schedules start?"
