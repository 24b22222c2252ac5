"""`migrate status`: the workflows of a migration as they are, and with --drift what differs from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import FAILED, aws_options, migration_options, open_aws, the_state
from dagconv.cli.migrate.told import coverage_of, told_as
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import Json


@click.command("status", epilog=EXIT_CODES, short_help="Show the workflows and what differs.")
@migration_options
@click.option("--drift", is_flag=True, help="Read every workflow back; exit 1 when one differs.")
@click.option("--exit-code", is_flag=True, help="Exit 1 when a DAG runs nowhere or twice, or that is not known.")
@aws_options
@told_as("status")
def command(told: Json, **flags: Any) -> int:
    """Show the workflows of a migration and their modes, the DAGs that run nowhere or twice, and what was cut off.

    With --drift, what is not as it was deployed.
    """
    from dagconv.aws.services import CallError
    from dagconv.cli.migrate.show import escape, show_coverage
    from dagconv.migrate.run.coverage import read_coverage
    from dagconv.migrate.run.desired_state import compare, wanted_workflows
    from dagconv.migrate.run.from_tags import tagged_workflows

    world = open_aws(flags)
    state, about = the_state(world, flags, from_tags=True)
    journal = state.journal()
    drifted = 0
    workflows = []
    try:
        there = {str(summary["WorkflowArn"]): summary for summary in world.workflows.all()}
        by_name = {str(s.get("Name")): s for s in there.values() if s.get("WorkflowStatus") != "DELETING"}
        for wanted in wanted_workflows(state, journal) or tagged_workflows(world, about.owner):
            summary = there.get(wanted.arn) or by_name.get(wanted.deployment.name, {})
            one: Json = {
                "name": wanted.deployment.name,
                "dag_id": wanted.deployment.dag_id,
                "arn": wanted.arn,
                "drift": None,
            }
            mode = summary.get("TriggerMode") or ("gone" if not summary else "?")
            one |= {"trigger_mode": mode, "status": summary.get("WorkflowStatus", "GONE")}
            workflows.append(one)
            click.echo(f"{escape(wanted.deployment.name):40} {mode:10} {summary.get('WorkflowStatus', 'GONE')}")
            if flags["drift"]:
                differences = compare(world, wanted).differences
                drifted += bool(differences)
                one["drift"] = list(differences)
                for line in differences:
                    click.echo(f"    drift: {escape(line)}")
        coverage = read_coverage(world, journal, about)
        show_coverage(coverage)
    except CallError as error:
        raise UsageError(str(error)) from error
    unfinished = journal.unfinished()
    cut_off = None if unfinished is None else {"run": unfinished.id, "verb": unfinished.verb.value}
    told |= {"workflows": workflows, "coverage": coverage_of(coverage), "cut_off": cut_off}
    if unfinished is not None:
        click.echo(f"{unfinished.verb.value} {unfinished.name} was cut off: `migrate {unfinished.verb.value} --resume`")
    if flags["drift"]:
        click.echo(f"{drifted} workflows differ from what was deployed")
    return FAILED if drifted or (flags["exit_code"] and not coverage.good) else 0
