"""`migrate destroy`: deletes the workflows that are tagged as ours."""

from __future__ import annotations

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
    parallel_options,
    take_over_option,
    the_state,
)
from dagconv.cli.migrate.told import coverage_of, steps_of, told_as
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import Json


@click.command("destroy", epilog=EXIT_CODES, short_help="Delete the workflows that are tagged as ours.")
@migration_options
@take_over_option
@dry_run_option
@approval_option
@parallel_options
@aws_options
@told_as("destroy")
def command(told: Json, **flags: Any) -> int:
    """Delete every workflow that is tagged as made by dagconv from this environment. Run histories are lost."""
    from dagconv.aws.services import CallError
    from dagconv.cli.migrate.show import escape, show_coverage, show_result
    from dagconv.migrate.plan.prune import mark_of
    from dagconv.migrate.run.coverage import read_coverage
    from dagconv.migrate.run.destroy import destroy, owned_workflows
    from dagconv.migrate.run.execute import Limits

    world = open_aws(flags)
    state, about = the_state(world, flags, from_tags=True)
    told |= {"workflows": [], "location": about.owner.location, "coverage": None, **steps_of(None)}
    try:
        owned = owned_workflows(world, about.owner, take_over=flags["take_over"])
        if not owned and state.journal().unfinished() is None:
            click.echo("nothing to destroy")
            return 0
        told["workflows"] = [{"name": w.name, "dag_id": w.dag_id, "arn": w.arn, "does": mark_of(w)} for w in owned]
        for workflow in owned:
            click.echo(f"- {escape(workflow.name)}  {workflow.arn}  {escape(mark_of(workflow))}")
        if flags["dry_run"]:
            return 0
        approve(f"Delete these {len(owned)} workflows?", flags)
        result = destroy(world, state, about, owned, Limits(flags["parallel"], flags["max_failures"]))
        coverage = read_coverage(world, state.journal(), about)
    except CallError as error:
        raise UsageError(str(error)) from error
    told |= {"coverage": coverage_of(coverage), **steps_of(result)}
    show_result(result, "destroy")
    show_coverage(coverage)
    click.echo(f"definitions stay in {about.owner.location}; `dag-converter migrate rollback` makes the workflows anew")
    return FAILED if result.failed else 0
