"""`workflow logs`: the log of a run's tasks, those that failed first of all."""

from __future__ import annotations

import contextlib
import datetime
import json
import re
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import aws_world, name_argument, run_argument, workflow_options
from dagconv.diagnostics.render.terminal import safe
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagconv.operate.logs import Line, Stream
    from dagconv.operate.runs import Attempt, RunState

_SINCE = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@click.command("logs", epilog=EXIT_CODES, short_help="Print the log of a run's tasks.")
@name_argument
@run_argument
@click.option("--task", "task", metavar="ID", help="Only this task.")
@click.option("--attempt", type=click.IntRange(1), metavar="N", help="Only this attempt. [default: the last]")
@click.option("--all", "everything", is_flag=True, help="All tasks and attempts.")
@click.option("--since", metavar="TIME", help="Only lines since then: 10m, 2h, 1d ago.")
@click.option("--follow", is_flag=True, help="Go on until the run has ended.")
@workflow_options
def command(name: str, run: str | None, **flags: Any) -> int:
    """Print the last attempt of each task that failed, or of all tasks where none did."""
    from dagconv.cli.workflow.watch import going_on
    from dagconv.operate.find import find_workflow
    from dagconv.operate.logs import follow, stream_of
    from dagconv.operate.runs import POLL, Follower, run_id_of

    with aws_world(flags) as world:
        found = find_workflow(world, name)
        follower = Follower(world, found.arn, run_id_of(world, found, run))
        since = _since(flags["since"], world.clock.now())
        opened: dict[tuple[str, int], Stream] = {}
        titles: dict[str, str] = {}
        latest = [follower.look()]
        last_title = [""]

        def streams() -> list[Stream]:
            for one in chosen(latest[0], flags, following=flags["follow"]):
                stream = stream_of(world, found.arn, one, since)
                if stream is not None and (one.task, one.number) not in opened:
                    opened[one.task, one.number] = stream
                    titles[stream.name] = f"{one.task} attempt {one.number}"
            return list(opened.values())

        def tell(stream: Stream, line: Line) -> None:
            title = titles[stream.name]
            if flags["form"] == "text" and title != last_title[0]:
                click.echo(f"==> {safe(title)} <==")
                last_title[0] = title
            click.echo(_shown(title, line, flags["form"]))

        def ended() -> bool:
            if not flags["follow"] or latest[0].ended:
                return True
            world.clock.sleep(POLL)
            latest[0] = follower.look()
            return False

        with going_on(found, follower.run_id) if flags["follow"] else contextlib.nullcontext():
            follow(streams, tell, ended)
        if not opened:
            click.echo(f"no log yet for run {safe(follower.run_id)} ({latest[0].state})", err=True)
    return 0


def chosen(state: RunState, flags: dict[str, Any], *, following: bool) -> Sequence[Attempt]:
    """The attempts whose logs are asked for. Raises UsageError for a task that the run does not have."""
    attempts = state.attempts if flags["everything"] or flags["attempt"] or following else state.last_attempts
    if flags["task"]:
        attempts = tuple(one for one in attempts if one.task == flags["task"])
        if not attempts and state.ended:
            names = ", ".join(sorted({one.task for one in state.attempts})) or "none"
            raise UsageError(f"run {state.run_id} has no task {flags['task']}; its tasks: {names}")
    elif state.failed and not flags["everything"] and not following:
        attempts = state.failed
    return [one for one in attempts if not flags["attempt"] or one.number == flags["attempt"]]


def _shown(title: str, line: Line, form: str) -> str:
    from dagconv.operate.logs import inert

    at = datetime.datetime.fromtimestamp(line.at / 1000, datetime.timezone.utc)
    if form == "json":
        task, _, attempt = title.rpartition(" attempt ")
        return json.dumps({"task": task, "attempt": int(attempt), "at": at.isoformat(), "line": inert(line.text)})
    return f"{at:%Y-%m-%dT%H:%M:%S} {inert(line.text)}"


def _since(text: str | None, now: float) -> int | None:
    if text is None:
        return None
    found = _SINCE.fullmatch(text)
    if found is None:
        raise UsageError(f"--since {text}: say a number with s, m, h or d, such as 10m")
    return int((now - int(found[1]) * _SECONDS[found[2]]) * 1000)
