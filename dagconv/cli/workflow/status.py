"""`workflow status`: a run and its tasks, once; and how a run is shown by the verbs that wait for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import (
    FAILED,
    aws_world,
    name_argument,
    run_argument,
    show_json,
    show_table,
    workflow_options,
)
from dagconv.diagnostics.render.terminal import safe

if TYPE_CHECKING:
    from dagconv.aws.services import World
    from dagconv.operate.find import Found
    from dagconv.operate.runs import RunState

_LINES = 20


@click.command("status", epilog=EXIT_CODES, short_help="Show a run and its tasks once.")
@name_argument
@run_argument
@workflow_options
def command(name: str, run: str | None, **flags: Any) -> int:
    """Show a run, the newest unless RUN names one. The exit code is 1 where it, or a task of it, failed."""
    from dagconv.operate.find import find_workflow
    from dagconv.operate.runs import Follower, run_id_of

    with aws_world(flags) as world:
        found = find_workflow(world, name)
        state = Follower(world, found.arn, run_id_of(world, found, run)).look()
        return show_run(world, found, state, flags["form"])


def show_run(world: World, found: Found, state: RunState, form: str) -> int:
    """The run, and what a failed one tells about why; the exit code that it means."""
    if form == "json":
        show_json({"run": state.run_id, "state": state.state, "error": state.error, "tasks": tasks_of(state)})
    else:
        click.echo(f"run {safe(state.run_id)}: {state.state}")
        rows = [(one.task, one.number, one.status, _seconds(one.seconds)) for one in state.attempts]
        if rows:
            show_table(("TASK", "ATTEMPT", "STATE", "TOOK"), rows)
        _explain(world, found, state)
    return FAILED if state.ended and not state.good else 0


def tasks_of(state: RunState) -> list[dict[str, Any]]:
    return [
        {"task": one.task, "attempt": one.number, "state": one.status, "seconds": one.seconds, "error": one.error}
        for one in state.attempts
    ]


def _seconds(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds} s"


def _explain(world: World, found: Found, state: RunState) -> None:
    """Why it failed: the run's own words, and each failed task's, with the end of its log."""
    from dagconv.aws.services import CallError
    from dagconv.operate.logs import inert, last_lines

    if state.error and state.state != "SUCCESS":
        _said(found, state.error, None)
    for attempt in state.failed:
        click.echo(f"task {safe(attempt.task)}, attempt {attempt.number}: {attempt.status}")
        try:
            lines = last_lines(world, found.arn, attempt, _LINES)
        except CallError as error:
            lines = [f"(its log cannot be read: {error.cause.value})"]
        for line in lines:
            click.echo(f"    {inert(line)}")
        _said(found, "\n".join((attempt.error, *lines)), attempt.task)


def _said(found: Found, error: str, task: str | None) -> None:
    """An error's own words, where the definition holds what they speak of, and what lacks where something is denied."""
    from dagconv.operate.explain import denied_in, places_of

    first = next(iter(error.strip().split("\n")), "")
    if first:
        click.echo(f"  {safe(first)}")
    places = places_of(error, found.text, f"{found.name}.yaml", task)
    if len(places) == 1:
        click.echo(f"  at {safe(places[0])}")
    elif places:
        click.echo(f"  at one of {safe(', '.join(places))}; the message does not tell which")
    if denied := denied_in(error):
        click.echo(f"  the role lacks {safe(denied.action)} on {safe(denied.resource)}")
