"""`migrate unlock`: frees the bucket's lock of a call that is certainly dead."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import aws_options, mark_of, open_aws
from dagconv.cli.migrate.told import told_as
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import Json
    from dagconv.migrate.run.lock import BucketLock


@click.command("unlock", epilog=EXIT_CODES, short_help="Free the lock of a call that is certainly dead.")
@click.option("--environment", metavar="NAME", help="The environment that is migrated.")
@click.option("--migration", metavar="NAME", help="The migration, without an environment; with --bucket.")
@click.option("--bucket", metavar="NAME", help="The bucket of a migration without an environment.")
@click.option("--even-alive", metavar="WHO", help="Free it although WHO, as the lock says, may still be at work.")
@approval_option
@aws_options
@told_as("unlock")
def command(told: Json, **flags: Any) -> int:
    """Free the lock in the bucket. Only for a call that is certainly dead: two at once can undo one another."""
    from dagconv.aws.services import CallError
    from dagconv.deploy.remote import Owner
    from dagconv.migrate.run.lock import BucketLock, lock_place

    world = open_aws(flags)
    try:
        mark, bucket = mark_of(world, flags)
        if not bucket and not flags["bucket"]:
            raise UsageError("name the migration's bucket with --bucket")
        place = lock_place(Owner(mark, flags["bucket"] or bucket, ""), bucket)
        lock = BucketLock(world, place, None)
        _ask(lock, flags, str(place))
        freed = lock.free()
    except CallError as error:
        raise UsageError(str(error)) from error
    told["freed"] = freed
    click.echo("there is no lock" if freed is None else f"freed the lock {freed}")
    return 0


def _ask(lock: BucketLock, flags: dict[str, Any], place: str) -> None:
    """Raises UsageError where the holder may be at work and was not named, Abort."""
    holder, named = lock.perhaps_alive(), flags["even_alive"]
    if holder is None:
        approve(f"Free the lock {place}?", flags)
        return
    if named is None and not flags["auto_approve"] and sys.stdin.isatty():
        named = click.prompt(f"{holder} MAY STILL BE AT WORK, and two at once undo one another: type who that is")
    if named != holder:
        raise UsageError(f'{holder} may still be at work: end that call first, or pass --even-alive "{holder}"')
