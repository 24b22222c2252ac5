"""`migrate state push|pull`: brings a state to the bucket that colleagues share, or from there to this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import aws_options, migration_options, open_aws, the_state
from dagconv.cli.migrate.told import told_as
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import Json


@click.group("state", epilog=EXIT_CODES, short_help="Share the state of a migration with colleagues.")
def command() -> None:
    """Bring the state of a migration to a bucket, or from there to this machine.

    Every verb takes --state s3://BUCKET/PREFIX and works with the state there.
    """


@command.command("push", epilog=EXIT_CODES, short_help="From --state-dir to --state.")
@migration_options
@aws_options
@told_as("state push")
def push(told: Json, **flags: Any) -> int:
    """Bring the state from --state-dir to --state; from then on call every verb with --state."""
    return _copy(told, flags, {**flags, "shared": None}, flags)


@command.command("pull", epilog=EXIT_CODES, short_help="From --state to --state-dir.")
@migration_options
@aws_options
@told_as("state pull")
def pull(told: Json, **flags: Any) -> int:
    """Bring the state from --state to --state-dir. The one in the bucket stays."""
    return _copy(told, flags, flags, {**flags, "shared": None})


def _copy(told: Json, flags: dict[str, Any], source: dict[str, Any], target: dict[str, Any]) -> int:
    from dagconv.aws.services import CallError
    from dagconv.cli.migrate.options import state_of
    from dagconv.migrate.run.lock import BucketLock, local_lock
    from dagconv.migrate.run.share import copy_state

    if not flags["shared"]:
        raise UsageError("name the bucket with --state s3://BUCKET/PREFIX")
    world = open_aws(flags)
    try:
        there, about = the_state(world, source)
        other = state_of(world, target, about.owner.mark)
        with local_lock(there.folder), BucketLock(world, about.lock, there.folder).held("state"):
            count = copy_state(there, other)
    except CallError as error:
        raise UsageError(str(error)) from error
    told |= {"records": count, "source": str(there.storage.place), "target": str(other.storage.place)}
    click.echo(f"{count} records brought from {there.storage.place} to {other.storage.place}")
    return 0
