"""`workflow diff`: a definition against the workflow, or two of its versions, as a unified diff."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import click

from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import FAILED, aws_world, show_json, workflow_options
from dagconv.diagnostics.render.terminal import safe


@click.command("diff", epilog=EXIT_CODES, short_help="Compare a definition with the workflow, or two versions.")
@click.argument("what", metavar="FILE|NAME")
@click.argument("versions", nargs=-1, metavar="[V1] [V2]")
@click.option("--name", metavar="NAME", help="The workflow of FILE. [default: the DAG id]")
@click.option("--dag", "dag_id", metavar="ID", help="Which DAG, of a file that holds several.")
@workflow_options
def command(what: str, versions: tuple[str, ...], name: str | None, dag_id: str | None, **flags: Any) -> int:
    """Show how FILE differs from its workflow, or version V1 from V2 or the newest. Exit code 1 where they differ."""
    from dagconv.cli.workflow.source import read_source
    from dagconv.errors import UsageError
    from dagconv.operate.find import find_workflow

    if len(versions) > 2:
        raise UsageError("at most two versions are compared")
    with aws_world(flags) as world:
        if versions:
            found = find_workflow(world, what)
            one, other = (*versions, None)[:2]
            before, after = (_version(world, found.arn, version) for version in (one, other))
            names = (f"{found.name} {one}", f"{found.name} {other or 'newest'}")
        else:
            chosen, after, _ = read_source(Path(what), dag_id)
            found = find_workflow(world, name or chosen)
            before, names = found.text, (f"{found.name} {found.version}", what)
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm=""))
    if flags["form"] == "json":
        show_json({"differs": bool(lines), "diff": lines})
    else:
        for line in lines:
            click.echo(safe(line))
    return FAILED if lines else 0


def _version(world: Any, arn: str, version: str | None) -> str:
    return str(world.workflows.get(arn, version).get("WorkflowDefinition", ""))
