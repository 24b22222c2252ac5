"""`migrate apply`: carries a plan out, or ends one that was cut off."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import FAILED, aws_options, open_aws, parallel_options, state_of, the_state
from dagconv.cli.migrate.plan import make_plan, plan_options
from dagconv.cli.migrate.told import key_of, steps_of, told_as
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import Json, World
    from dagconv.migrate.plan.item import Item
    from dagconv.migrate.plan.plan import Plan


@click.command("apply", epilog=EXIT_CODES, short_help="Carry a plan out.")
@click.argument("plan_file", required=False, type=click.Path(path_type=Path), metavar="[PLAN]")
@click.option("--resume", is_flag=True, help="End the last apply that was cut off or failed in part.")
@click.option("--target", "targets", multiple=True, metavar="DAG", help="Only this DAG of the plan; repeatable.")
@click.option("--abandon", is_flag=True, help="Give up the run that was cut off; what it made stays.")
@click.option("--overwrite", is_flag=True, help="Update workflows that were changed since the plan was made.")
@click.option(
    "--approve-deletions", type=int, metavar="N", help="Delete the N workflows of the plan without asking for N."
)
@approval_option
@parallel_options
@plan_options
@aws_options
@told_as("apply")
def command(told: Json, **flags: Any) -> int:
    """Carry out PLAN, a file of `migrate plan --out`; without one, plan first with the same options.

    Schedules stay off unless the plan says otherwise. A call that is killed anywhere goes on with --resume.
    """
    from dagconv.aws.services import CallError
    from dagconv.cli.migrate.show import show_result
    from dagconv.migrate.run.apply import apply_plan, resume_apply
    from dagconv.migrate.run.execute import Limits

    told |= {"plan": None, "left_out": [], "given_up": None, **steps_of(None)}
    world = open_aws(flags)
    limits = Limits(flags["parallel"], flags["max_failures"])
    if flags["targets"] and (flags["resume"] or flags["abandon"]):
        raise UsageError("--target chooses from a plan: a run that was cut off is ended or given up as a whole")
    try:
        if flags["abandon"]:
            return _abandon(world, told, flags)
        if flags["resume"]:
            state, _ = the_state(world, flags)
            result = resume_apply(world, state, limits)
            if result is None:
                click.echo("nothing to resume: the last apply is complete")
                return 0
        else:
            plan = _plan(world, told, flags)
            told["plan"] = plan.id
            state = state_of(world, flags, plan.owner.mark)
            result = apply_plan(world, plan, state, limits, overwrite=flags["overwrite"])
    except CallError as error:
        raise UsageError(str(error)) from error
    told |= steps_of(result)
    show_result(result, "apply")
    return FAILED if result.failed else 0


def _plan(world: World, told: Json, flags: dict[str, Any]) -> Plan:
    """The plan to carry out, shown and approved."""
    from dagconv.cli.migrate.show import escape, show_plan, show_summary
    from dagconv.migrate.plan.planfile import read_plan, require_no_secrets
    from dagconv.migrate.plan.targets import narrow
    from dagconv.migrate.run.apply import require_place

    plan = read_plan(flags["plan_file"]) if flags["plan_file"] else make_plan(world, flags)
    if not flags["plan_file"]:
        require_no_secrets(plan, allowed=flags["allow_secrets"])
    require_place(world, plan)
    left: tuple[Item, ...] = ()
    if flags["targets"]:
        plan, left = narrow(plan, flags["targets"])
        told["left_out"] = [item.dag_id for item in left]
    if flags["plan_file"] and flags["auto_approve"]:
        show_summary(plan)
    else:
        show_plan(plan, verbose=False)
    if left:
        which = ", ".join(f"{item.kind.value} {item.dag_id}" for item in left)
        click.echo(f"{len(left)} changes are left out by --target: {escape(which)}")
    if any(finding.severity == "error" for finding in plan.findings):
        raise UsageError("the plan has errors that concern every workflow (see above); nothing is applied")
    approve(f"Apply this plan to account {plan.account} in {plan.region}?", flags)
    _approve_deletions(plan, flags)
    return plan


def _abandon(world: World, told: Json, flags: dict[str, Any]) -> int:
    from dagconv.cli.migrate.show import escape
    from dagconv.migrate.run.abandon import abandon, what_stands

    if flags["resume"] or flags["plan_file"]:
        raise UsageError("--abandon gives up what was cut off: it takes neither a plan nor --resume")
    state, about = the_state(world, flags)
    run = state.journal().unfinished()
    if run is None:
        click.echo("nothing to give up: no run was cut off")
        return 0
    standing = what_stands(world, run)
    for key, stands in standing.items():
        click.echo(f"{'stands ' if stands else 'nothing'}  {escape(str(key))}")
    approve(f"Give up {run.verb.value} {run.name}? What stands stays until a new plan or `migrate rollback`.", flags)
    given_up = abandon(world, state, about, run.id)
    if given_up:
        stands_now = [{**key_of(key), "stands": stands} for key, stands in standing.items()]
        told["given_up"] = {"run": run.id, "verb": run.verb.value, "steps": stands_now}
    click.echo(f"{run.verb.value} {run.name} is given up" if given_up else "somebody else has ended it meanwhile")
    return 0


def _approve_deletions(plan: Plan, flags: dict[str, Any]) -> None:
    """Raises UsageError unless the number of workflows that go was given or typed."""
    from dagconv.migrate.plan.item import ItemKind

    doomed, given = len(plan.of(ItemKind.DELETE)), flags["approve_deletions"]
    if not doomed and given is None:
        return
    if given is None and not flags["auto_approve"] and sys.stdin.isatty():
        given = click.prompt(f"{doomed} workflows are DELETED, run histories and all: type their number", type=int)
    if given != doomed:
        raise UsageError(f"{doomed} workflows would be deleted: approve exactly that with --approve-deletions {doomed}")
