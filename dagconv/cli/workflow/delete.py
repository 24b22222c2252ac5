"""`workflow delete`: deletes workflows, and what was made for them where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import aws_world, show_json, workflow_options
from dagconv.diagnostics.render.terminal import safe
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import World
    from dagconv.operate.find import Found
    from dagconv.operate.remove import Belongings


@click.command("delete", epilog=EXIT_CODES, short_help="Delete a workflow.")
@click.argument("name", required=False, metavar="NAME")
@click.option("--tag", metavar="KEY=VALUE", help="All workflows of `workflow deploy` with this tag.")
@click.option("--with-objects", is_flag=True, help="Its definitions and packages too, where nobody else needs them.")
@click.option("--with-logs", is_flag=True, help="The log group that the service made for it too.")
@click.option("--wait", type=float, default=0.0, metavar="S", help="Wait so long for a run that is going on.")
@click.option("--adopt", is_flag=True, help="Delete a workflow that another hand made.")
@approval_option
@workflow_options
def command(name: str | None, **flags: Any) -> int:
    """Delete a workflow with its versions and run history. What is left over is named, with how to remove it."""
    from dagconv.operate.deploy import require_owned
    from dagconv.operate.find import find_workflow
    from dagconv.operate.remove import belongings, remove_objects, remove_workflow

    with aws_world(flags) as world:
        if bool(name) == bool(flags["tag"]):
            raise UsageError("name the workflow, or a tag by --tag KEY=VALUE")
        chosen = [find_workflow(world, name)] if name else _tagged(world, flags["tag"])
        for found in chosen:
            require_owned(found, adopt=flags["adopt"])
        if not chosen:
            click.echo("nothing to delete", err=True)
            return 0
        had = [belongings(world, found) for found in chosen]
        for found, own in zip(chosen, had, strict=True):
            _show(found, own, flags)
        approve(f"Delete {'this workflow' if len(chosen) == 1 else f'these {len(chosen)} workflows'}?", flags)
        for found in chosen:
            remove_workflow(world, found, flags["wait"])
        objects = tuple(place for own in had for place in own.objects)
        told = list(remove_objects(world, objects)) if flags["with_objects"] else []
        for group in (group for own in had for group in own.groups) if flags["with_logs"] else ():
            world.logs.delete_group(group)
            told.append(f"deleted log group {group}")
    left = _left(had, flags)
    if flags["form"] == "json":
        show_json({"deleted": [found.arn for found in chosen], "done": told, "left": left})
        return 0
    for line in (*(f"deleted {found.name}" for found in chosen), *told):
        click.echo(safe(line))
    for what, how in left:
        click.echo(f"left: {safe(what)}; {safe(how)}")
    return 0


def _tagged(world: World, tag: str) -> list[Found]:
    from dagconv.operate.find import read_found

    key, sign, value = tag.partition("=")
    if not sign:
        raise UsageError("--tag: say KEY=VALUE")
    alive = [one for one in world.workflows.all() if one.get("WorkflowStatus") != "DELETING"]
    found = [read_found(world, str(one["WorkflowArn"])) for one in alive]
    return [one for one in found if one.ours and one.tags.get(key) == value]


def _show(found: Found, own: Belongings, flags: dict[str, Any]) -> None:
    click.echo(f"- {safe(found.name)}  {found.arn}  {found.trigger}", err=True)
    for place in own.objects if flags["with_objects"] else ():
        click.echo(f"    - {safe(str(place))}", err=True)
    for group in own.groups if flags["with_logs"] else ():
        click.echo(f"    - log group {safe(group)}", err=True)


def _left(had: list[Belongings], flags: dict[str, Any]) -> list[tuple[str, str]]:
    """What stays, and the command that removes it."""
    left = []
    for own in had:
        for place in own.objects if not flags["with_objects"] else ():
            version = f" --version-id {place.version_id}" if place.version_id else ""
            remove = f"aws s3api delete-object --bucket {place.bucket} --key {place.key}{version}"
            left.append((str(place), remove))
        for group in own.groups if not flags["with_logs"] else ():
            left.append((f"log group {group}", f"aws logs delete-log-group --log-group-name {group}"))
    return left
