"""Options and set-up that the verbs of `migrate` share: account, Region, state folder, confirmation."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import World
    from dagconv.migrate.run.records import ApplyRun
    from dagconv.migrate.run.state import State

Command = TypeVar("Command", bound=Callable[..., object])
FAILED = 1


def aws_options(command: Command) -> Command:
    options = (
        click.option("--region", metavar="NAME", help="AWS Region. [default: AWS_REGION or the profile's]"),
        click.option("--profile", metavar="NAME", help="AWS profile."),
        click.option(
            "--state-dir",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path(".dagconv"),
            show_default=True,
            metavar="DIR",
            help="Folder of the journal; keep it between calls.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def approval_option(command: Command) -> Command:
    return click.option("--auto-approve", is_flag=True, help="Do not ask.")(command)


def parallel_options(command: Command) -> Command:
    for option in (
        click.option("--max-failures", type=click.IntRange(1), metavar="N", help="Stop after N failures."),
        click.option(
            "--parallel", type=click.IntRange(1, 32), default=4, show_default=True, help="Workflows at a time."
        ),
    ):
        command = option(command)
    return command


def open_aws(flags: dict[str, Any]) -> World:
    """The doors to AWS. Raises UsageError; progress goes to standard error."""
    from dagconv.aws.session import open_world

    return open_world(flags["region"], flags["profile"], lambda text: click.echo(text, err=True))


def approve(question: str, flags: dict[str, Any]) -> None:
    """Asks for `yes`. Raises UsageError without a terminal and without --auto-approve, Abort for another answer."""
    if flags["auto_approve"]:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} There is no terminal to ask at: pass --auto-approve")
    if click.prompt(f"{question} Only 'yes' is taken for an answer", default="", show_default=False) != "yes":
        raise click.Abort


def the_state(world: World, flags: dict[str, Any]) -> tuple[State, ApplyRun]:
    """The state folder that the call is about and its last apply.

    Raises UsageError when there is none, or several and neither --environment nor --bucket tells them apart.
    """
    from dagconv.migrate.run.records import ApplyRun, Verb
    from dagconv.migrate.run.state import State, find_states

    caller = world.identity.caller()
    found: list[tuple[State, ApplyRun]] = []
    for folder in find_states(flags["state_dir"]):
        prefix = f"{caller.account}-{caller.region}-"
        if not folder.name.startswith(prefix):
            continue
        state = State(flags["state_dir"], caller.account, caller.region, folder.name.removeprefix(prefix), world.say)
        run = state.journal().last(Verb.APPLY)
        if run is not None and isinstance(run.about, ApplyRun) and _meant(run.about, flags):
            found.append((state, run.about))
    if not found:
        raise UsageError(
            f"nothing was applied from {flags['state_dir']} to account {caller.account} in {caller.region}; "
            "name the folder with --state-dir"
        )
    if len(found) > 1:
        names = ", ".join(sorted(about.environment or about.bucket for _, about in found))
        raise UsageError(f"several migrations are kept in {flags['state_dir']} ({names}): name one with --environment")
    return found[0]


def _meant(about: ApplyRun, flags: dict[str, Any]) -> bool:
    wanted = flags.get("environment"), flags.get("bucket")
    known = about.environment, about.bucket
    return all(want in (None, have) for want, have in zip(wanted, known, strict=True))
