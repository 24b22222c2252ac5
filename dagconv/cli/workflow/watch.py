"""`workflow watch`: follows a run, on a terminal as a table that changes, elsewhere a line per change."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.main import Terminated
from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import aws_world, name_argument, run_argument, workflow_options
from dagconv.cli.workflow.status import show_run
from dagconv.diagnostics.render.terminal import safe

if TYPE_CHECKING:
    from dagconv.aws.services import World
    from dagconv.operate.find import Found
    from dagconv.operate.runs import RunState


@click.command("watch", epilog=EXIT_CODES, short_help="Follow a run to its end.")
@name_argument
@run_argument
@workflow_options
def command(name: str, run: str | None, **flags: Any) -> int:
    """Follow a run, the newest unless RUN names one. Ctrl-C leaves the run going."""
    from dagconv.operate.find import find_workflow
    from dagconv.operate.runs import run_id_of

    with aws_world(flags) as world:
        found = find_workflow(world, name)
        return follow(world, found, run_id_of(world, found, run), flags["form"])


def follow(world: World, found: Found, run_id: str, form: str) -> int:
    """Shows the run until it ended, then why it failed if it did."""
    from dagconv.operate.runs import Follower

    follower = Follower(world, found.arn, run_id)
    with going_on(found, run_id):
        state = _live(follower) if sys.stderr.isatty() and form == "text" else _lines(follower)
    return show_run(world, found, state, form)


@contextlib.contextmanager
def going_on(found: Found, run_id: str) -> Iterator[None]:
    """Where the wait ends before the run does, by Ctrl-C or because AWS answers no more, says how to go on."""
    from dagconv.aws.services import CallError, Cause

    try:
        yield
    except (KeyboardInterrupt, Terminated, CallError) as error:
        if not isinstance(error, CallError) or error.cause is not Cause.NOT_FOUND:
            run = safe(f"{found.name} {run_id}")
            click.echo(f"the run goes on; to follow it: dag-converter workflow watch {run}", err=True)
            click.echo(f"to stop it: dag-converter workflow stop {run}", err=True)
        raise


def _lines(follower: Any) -> RunState:
    from dagconv.operate.runs import news

    before: list[RunState | None] = [None]

    def tell(now: RunState) -> None:
        for line in news(before[0], now):
            click.echo(safe(line), err=True)
        before[0] = now

    state: RunState = follower.follow(tell)
    return state


def _live(follower: Any) -> RunState:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table
    from rich.text import Text

    def table(now: RunState) -> Table:
        made = Table(title=Text(f"run {now.run_id}: {now.state}"), title_justify="left")
        for head in ("task", "attempt", "state", "took"):
            made.add_column(head)
        for one in now.attempts:
            took = "" if one.seconds is None else f"{one.seconds} s"
            made.add_row(Text(safe(one.task)), str(one.number), Text(one.status), took)
        return made

    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        state: RunState = follower.follow(lambda now: live.update(table(now), refresh=True))
    return state
