"""Options and set-up that the verbs of `migrate` share: account, Region, state folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import World
    from dagconv.deploy.deployment import S3Location
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
        click.option("--state", "shared", metavar="S3", help="Keep the state in s3://BUCKET/PREFIX, for colleagues."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def dry_run_option(command: Command) -> Command:
    return click.option("--dry-run", is_flag=True, help="Show what would be done, and end.")(command)


def take_over_option(command: Command) -> Command:
    return click.option(
        "--take-over", is_flag=True, help="Go on although definitions are kept in another place by their tags."
    )(command)


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
    from dagconv.language.secret import mask_secrets

    return open_world(flags["region"], flags["profile"], lambda text: click.echo(mask_secrets(text), err=True))


def migration_options(command: Command) -> Command:
    """Which migration, for the verbs after `plan`."""
    for option in (
        click.option("--migration", metavar="NAME", help="The same, for one without an environment."),
        click.option("--environment", metavar="NAME", help="Which migration, when the state folder holds several."),
    ):
        command = option(command)
    return command


def mark_of(world: World, flags: dict[str, Any]) -> tuple[str, str]:
    """The mark of the migration that a call names, and the environment's bucket. Raises UsageError without a name."""
    from dagconv.deploy.remote import named_migration
    from dagconv.migrate.survey.survey import read_environment

    if bool(flags["environment"]) == bool(flags["migration"]):
        raise UsageError("name the migration: --environment NAME, or --migration NAME where there is no environment")
    if flags["migration"]:
        return named_migration(flags["migration"]), ""
    environment = read_environment(world, flags["environment"])
    return environment.arn, environment.bucket


def the_state(world: World, flags: dict[str, Any], *, from_tags: bool = False) -> tuple[State, ApplyRun]:
    """The state that the call is about and its last apply; with `from_tags` what the tags of the workflows tell where
    there is no state and the migration is named.

    Raises UsageError when there is none, or several and neither --environment nor --migration tells them apart.
    """
    from dagconv.aws.services import CallError
    from dagconv.migrate.run.records import ApplyRun, Verb
    from dagconv.migrate.run.state import find_states, open_state

    caller, root, shared = world.identity.caller(), flags["state_dir"], shared_place(flags)
    place = flags["shared"] or root
    try:
        found = find_states(world, root, shared, flags["environment"], flags["migration"])
    except CallError as error:
        raise UsageError(f"cannot read the states in {place}: {error}") from error
    if len(found) > 1:
        names = ", ".join(name.split("-", 5)[-1] for name in found)
        raise UsageError(
            f"several migrations are kept in {place} ({names}): name one with --environment or --migration"
        )
    for name in found:
        state = open_state(world, root, shared, name)
        run = state.journal().last(Verb.APPLY)
        if run is not None and isinstance(run.about, ApplyRun):
            return state, run.about
    if from_tags and (flags["environment"] or flags["migration"]):
        return _from_tags(world, flags)
    raise UsageError(
        f"nothing was applied from {place} to account {caller.account} in {caller.region}; "
        "name the folder with --state-dir, or the bucket with --state"
    )


def shared_place(flags: dict[str, Any]) -> S3Location | None:
    """Where colleagues keep states together. Raises UsageError for what is no place in a bucket."""
    from dagconv.migrate.run.bucket_storage import bucket_place

    return bucket_place(flags["shared"]) if flags["shared"] else None


def state_of(world: World, flags: dict[str, Any], mark: str) -> State:
    """The state of one migration, whether it has a journal or not."""
    from dagconv.migrate.run.state import open_state, state_name

    return open_state(world, flags["state_dir"], shared_place(flags), state_name(world.identity.caller(), mark))


def _from_tags(world: World, flags: dict[str, Any]) -> tuple[State, ApplyRun]:
    """Raises UsageError where no workflow bears the migration's tags, or they keep definitions in several places."""
    from dagconv.aws.services import CallError
    from dagconv.migrate.run.from_tags import read_applied

    try:
        mark, bucket = mark_of(world, flags)
        applied = read_applied(world, mark, flags["environment"] or "", bucket)
    except CallError as error:
        raise UsageError(str(error)) from error
    world.say(
        f"there is no state of {applied.owner.name} here: its workflows are known by their tags alone, which do not "
        "tell who depends on their DAGs"
    )
    return state_of(world, flags, mark), applied
