"""`migrate cutover`: switches workflows to their schedules, and pauses the old DAGs before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import (
    FAILED,
    aws_options,
    dry_run_option,
    migration_options,
    open_aws,
    take_over_option,
    the_state,
)
from dagconv.cli.migrate.told import steps_of, told_as
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import Json
    from dagconv.migrate.run.cutover import Candidate, Candidates, Wave


@click.command("cutover", epilog=EXIT_CODES, short_help="Switch workflows to their schedules.")
@migration_options
@take_over_option
@click.option("--canary", type=click.IntRange(1), metavar="N", help="Only the next N workflows, by DAG id.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only these DAG ids.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not these DAG ids.")
@click.option("--pause-source", is_flag=True, help="Pause each DAG in the old environment by its REST API.")
@click.option("--paused-by-hand", is_flag=True, help="The old DAGs are paused already, as you have seen to.")
@click.option("--include-paused", is_flag=True, help="Switch on what is paused in the old environment, too.")
@click.option("--break-dependents", is_flag=True, help="Switch DAGs although others that depend on them stay behind.")
@click.option(
    "--wait", type=float, default=3600.0, show_default=True, metavar="S", help="Wait S seconds for a DAG's runs to end."
)
@click.option("--leave-runs", is_flag=True, help="Pause at once and leave runs in progress half-way.")
@click.option("--trigger-mode-raw", metavar="TEXT", help="The mode as the service spells it. [default: SCHEDULED]")
@click.option("--resume", is_flag=True, help="End the last cutover that was cut off or failed in part.")
@dry_run_option
@approval_option
@aws_options
@told_as("cutover")
def command(told: Json, **flags: Any) -> int:
    """Switch workflows to their schedules, one DAG after another.

    Per DAG: the workflow is what was deployed; runs of the old DAG in progress have ended; it is paused and read
    back, and let go at once when a run began meanwhile; the new mode is set and read back. When that fails the old
    DAG is let go again. With --paused-by-hand no old DAG is touched; one that still runs is not switched.
    """
    from dagconv.aws.services import CallError
    from dagconv.cli.migrate.show import show_result
    from dagconv.migrate.run.cutover import candidates, cut_over, resume_cutover

    world = open_aws(flags)
    state, about = the_state(world, flags, from_tags=True)
    stays = False
    told |= {"candidates": None, **steps_of(None)}
    try:
        if flags["resume"]:
            result = resume_cutover(world, state, about)
            if result is None:
                click.echo("nothing to resume: the last cutover is complete")
                return 0
        else:
            wave = _wave(flags, about.environment)
            found = candidates(world, state, about.owner, wave)
            stays = bool(found.differing or found.held or found.running)
            told["candidates"] = _told(found)
            _show(found, wave)
            if not found.chosen or flags["dry_run"]:
                return FAILED if stays else 0
            approve(_question(wave, len(found.chosen)), flags)
            result = cut_over(world, state, about, wave, found.chosen)
    except CallError as error:
        raise UsageError(str(error)) from error
    told |= steps_of(result)
    show_result(result, "cutover")
    return FAILED if result.failed or stays else 0


def _wave(flags: dict[str, Any], environment: str) -> Wave:
    """Raises UsageError unless the call says how the old DAGs, where there are any, come to a stop."""
    from dagconv.migrate.run.cutover import Wave

    if flags["pause_source"] and not environment:
        raise UsageError("--pause-source needs a migration that was planned with --environment")
    if environment and flags["pause_source"] == flags["paused_by_hand"]:
        raise UsageError(
            f"say how the old DAGs of {environment} stop, or they run twice: --pause-source pauses each by the REST "
            "API, --paused-by-hand says that you have done it"
        )
    return Wave(
        mode=flags["trigger_mode_raw"] or "SCHEDULED",
        canary=flags["canary"],
        include=flags["include"],
        exclude=flags["exclude"],
        environment=environment,
        by_hand=flags["paused_by_hand"],
        wait=flags["wait"],
        leave_runs=flags["leave_runs"],
        include_paused=flags["include_paused"],
        break_dependents=flags["break_dependents"],
        take_over=flags["take_over"],
    )


def _show(found: Candidates, wave: Wave) -> None:
    from dagconv.cli.migrate.show import escape

    def tell(mark: str, one: Candidate, text: str = "") -> None:
        click.echo(escape(f"{mark} {one.name}  {text}"))

    for one in found.paused:
        tell("=", one, f"{one.schedule}  is PAUSED in the old environment and stays off")
    for one in found.differing:
        tell("!", one, f"is not what was deployed: {'; '.join(one.differences)}")
    for one in found.running:
        tell("!", one, f"stays: DAG {one.dag_id} is not paused in {wave.environment}")
    for one in found.held:
        tell("!", one, "stays: DAGs depend on it that stay behind (--break-dependents goes on)")
    for dependent in found.left:
        click.echo(escape(f"    {dependent.dag_id} depends on {dependent.on}: it {dependent.how}"))
    if not found.chosen:
        click.echo("nothing to switch: no workflow with a schedule waits for its cutover")
    for one in found.chosen:
        tell("~", one, one.schedule)
    if found.trusted and wave.environment:
        click.echo(
            escape(f"{wave.environment} does not say so, it is taken on trust: {', '.join(found.trusted)} paused")
        )


def _told(found: Candidates) -> Json:
    """The workflows by what becomes of them, and who depends on them and stays."""

    def each(some: Iterable[Candidate]) -> list[Json]:
        names = ("name", "dag_id", "arn", "schedule")
        return [{**{n: getattr(c, n) for n in names}, "differences": list(c.differences)} for c in some]

    kinds = ("chosen", "paused", "differing", "running", "held")
    left = [{"on": d.on, "dag_id": d.dag_id, "how": d.how} for d in found.left]
    return {**{kind: each(getattr(found, kind)) for kind in kinds}, "dependents": left, "trusted": list(found.trusted)}


def _question(wave: Wave, count: int) -> str:
    if not wave.environment:
        return f"Start the schedules of these {count} workflows?"
    if wave.by_hand:
        return f"Are these {count} DAGs paused in {wave.environment}, and shall their workflows' schedules start?"
    runs = "runs in progress are LEFT HALF-WAY" if wave.leave_runs else f"their runs may take {wave.wait:.0f} s each"
    return f"Pause these {count} DAGs in {wave.environment} ({runs}) and start their workflows' schedules?"
