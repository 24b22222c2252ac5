"""`migrate unlock`: frees the bucket's lock of a call that is certainly dead."""

from __future__ import annotations

from typing import Any

import click

from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import approval_option, approve, aws_options, open_aws
from dagconv.errors import UsageError


@click.command("unlock", epilog=EXIT_CODES, short_help="Free the lock of a call that is certainly dead.")
@click.option("--bucket", required=True, metavar="NAME", help="The bucket that is locked.")
@click.option("--prefix", default="yaml", show_default=True, metavar="KEY", help="The migration's prefix.")
@approval_option
@aws_options
def command(**flags: Any) -> int:
    """Free the lock in the bucket. Only for a call that is certainly dead: two at once can undo one another."""
    from dagconv.aws.services import CallError
    from dagconv.migrate.run.lock import BucketLock

    world = open_aws(flags)
    approve(f"Free the lock of s3://{flags['bucket']}/{flags['prefix']}?", flags)
    try:
        freed = BucketLock(world, flags["bucket"], flags["prefix"], None).free()
    except CallError as error:
        raise UsageError(str(error)) from error
    click.echo("there is no lock" if freed is None else f"freed the lock {freed}")
    return 0
