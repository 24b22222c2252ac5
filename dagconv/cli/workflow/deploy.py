"""`workflow deploy`: creates or updates one workflow from a definition or a DAG file."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.approval import approval_option, approve
from dagconv.cli.main import Terminated
from dagconv.cli.workflow import EXIT_CODES
from dagconv.cli.workflow.options import FAILED, aws_world, show_json, workflow_options
from dagconv.diagnostics.render.terminal import safe
from dagconv.errors import UsageError

if TYPE_CHECKING:
    from dagconv.aws.services import World
    from dagconv.operate.deploy import Deployed
    from dagconv.operate.desire import Intent, Wishes
    from dagconv.operate.find import Found


@click.command("deploy", epilog=EXIT_CODES, short_help="Create or update a workflow.")
@click.argument("file", type=click.Path(path_type=Path), required=False, metavar="FILE")
@click.option("--dag", "dag_id", metavar="ID", help="Which DAG, of a file that holds several.")
@click.option("--name", metavar="NAME", help="The workflow's name. [default: the DAG id]")
@click.option("--bucket", metavar="NAME", help="Where the definition is kept. [default: where it is]")
@click.option("--role", metavar="ARN", help="The role of the workflow's tasks.")
@click.option("--code-package", type=click.Path(exists=True, path_type=Path), metavar="ZIP", help="Code of its tasks.")
@click.option(
    "--env-file", type=click.Path(exists=True, path_type=Path), metavar="FILE", help="Variables of its tasks."
)
@click.option("--subnet", "subnets", multiple=True, metavar="ID")
@click.option("--security-group", "groups", multiple=True, metavar="ID")
@click.option("--kms-key", metavar="ID", help="Encrypts a new workflow and its objects.")
@click.option("--log-group", metavar="NAME")
@click.option("--description", metavar="TEXT")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE")
@click.option("--engine-version", type=click.IntRange(1), metavar="N")
@click.option("--like-environment", metavar="NAME", help="Role, network, log group and key of an environment.")
@click.option("--schedule/--manual", "schedule", default=None, help="Let it run by its schedule, or when started only.")
@click.option("--from-version", metavar="V", help="Deploy the definition and settings of an earlier version again.")
@click.option("--adopt", is_flag=True, help="Take over a workflow that another hand made.")
@click.option("--dry-run", is_flag=True, help="Show what would change, member by member; change nothing.")
@approval_option
@workflow_options
def command(file: Path | None, **flags: Any) -> int:
    """Create the workflow of FILE, a definition or a DAG file, or bring it up to date.

    What is not given comes from the workflow as it is. Where nothing changed, no call that changes is made.
    """
    from dagconv.operate.deploy import require_owned
    from dagconv.operate.desire import intend
    from dagconv.operate.find import look_for
    from dagconv.operate.likeness import like_environment

    with aws_world(flags) as world:
        if flags["from_version"]:
            there = look_for(world, flags["name"] or "") if flags["name"] else None
            wishes = _earlier(world, there, flags)
        else:
            wishes = _wishes(file, flags)
            there = look_for(world, wishes.name)
        if flags["like_environment"]:
            environment = world.environments.get(flags["like_environment"])
            wishes = like_environment(environment, wishes, new=there is None)
        if there is not None:
            require_owned(there, adopt=flags["adopt"])
        intent = intend(wishes, there)
        document: dict[str, Any] = {"name": wishes.name, "changes": [_change(one) for one in intent.changes]}
        if not intent.changes:
            return _end({**document, "result": "unchanged"}, f"{wishes.name}: nothing to change", flags)
        _show(intent)
        if flags["dry_run"]:
            return _end({**document, "result": "dry run"}, "nothing was changed (--dry-run)", flags)
        if intent.live:
            approve(f"{wishes.name} will run by the clock: {_next_run(intent)}.", flags)
        elif there is not None and not there.ours:
            approve(f"Take {wishes.name} over, which is {there.owner}?", flags)
        done = _carry_out(world, intent, wishes, file)
    if done is None:
        return FAILED
    for warning in done.warnings:
        click.echo(f"warning of the service: {safe(warning)}", err=True)
        _place(warning, wishes, file)
    document |= {"arn": done.arn, "version": done.version, "result": "updated" if there else "created"}
    return _end(document, f"{wishes.name}: {document['result']}, version {done.version}\n  {done.arn}", flags)


def _carry_out(world: World, intent: Intent, wishes: Wishes, file: Path | None) -> Deployed | None:
    """None where somebody else changed the workflow at the same time, which is said."""
    from dagconv.aws.services import CallError
    from dagconv.operate.deploy import RacedError, carry_out

    try:
        return carry_out(world, intent, wishes)
    except RacedError as error:
        click.echo(f"Error: {safe(str(error))}", err=True)
        return None
    except (KeyboardInterrupt, Terminated):
        click.echo(f"{safe(wishes.name)} may be half done: the same deploy again finishes it", err=True)
        raise
    except CallError as error:
        _place(error.message, wishes, file)
        raise


def _place(words: str, wishes: Wishes, file: Path | None) -> None:
    """Where the definition holds what the service speaks of; that of a DAG file is named as it would be written."""
    from dagconv.operate.explain import places_of

    name = str(file) if file is not None and file.suffix != ".py" else f"{wishes.dag_id}.yaml"
    if places := places_of(words, wishes.definition, name):
        click.echo(f"  at {safe(', '.join(places))}", err=True)


def _end(document: dict[str, Any], text: str, flags: dict[str, Any]) -> int:
    if flags["form"] == "json":
        show_json(document)
    else:
        click.echo(safe(text) if "\n" not in text else "\n".join(map(safe, text.split("\n"))))
    return 0


def _wishes(file: Path | None, flags: dict[str, Any]) -> Wishes:
    from dagconv.cli.workflow.source import read_source
    from dagconv.deploy.deployment import Network
    from dagconv.deploy.remote import MANUAL, SCHEDULED
    from dagconv.load.inputs import read_environment
    from dagconv.operate.desire import Wishes

    if file is None:
        raise UsageError("name a definition or a DAG file")
    dag_id, text, code = read_source(file, flags["dag_id"])
    if flags["code_package"]:
        code = flags["code_package"].read_bytes()
    if bool(flags["subnets"]) != bool(flags["groups"]):
        raise UsageError("--subnet and --security-group go together")
    return Wishes(
        name=flags["name"] or dag_id,
        dag_id=dag_id,
        definition=text,
        bucket=flags["bucket"],
        role=flags["role"],
        code=code,
        variables=read_environment(flags["env_file"]) if flags["env_file"] else None,
        network=Network(flags["subnets"], flags["groups"]) if flags["subnets"] else None,
        logging=flags["log_group"],
        description=flags["description"],
        encryption_key=flags["kms_key"],
        engine=flags["engine_version"],
        trigger={None: None, True: SCHEDULED, False: MANUAL}[flags["schedule"]],
        tags=_tags(flags["tags"]),
    )


def _earlier(world: Any, there: Found | None, flags: dict[str, Any]) -> Wishes:
    """The content of an earlier version, as a wish for a new one."""
    from dagconv.deploy.definition import body_of
    from dagconv.deploy.remote import MANUAL, SCHEDULED
    from dagconv.operate.desire import Wishes

    if there is None:
        raise UsageError("--from-version goes with --name of a workflow that there is")
    whole = world.workflows.get(there.arn, flags["from_version"])
    text = str(whole.get("WorkflowDefinition", ""))
    body = body_of(text)
    if body is None:
        raise UsageError(f"version {flags['from_version']} of {there.name} holds no definition that can be read")
    trigger = {None: None, True: SCHEDULED, False: MANUAL}[flags["schedule"]]
    return Wishes(there.name, body[0], text, role=whole.get("RoleArn"), trigger=trigger)


def _tags(given: tuple[str, ...]) -> dict[str, str]:
    tags = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign or not key or key.startswith("dagconv:"):
            raise UsageError(f"--tag {text}: say KEY=VALUE, with a key of your own")
        tags[key] = value
    return tags


def _change(change: Any) -> dict[str, Any]:
    return {"member": change.member, "before": change.before, "after": change.after}


def _show(intent: Intent) -> None:
    from dagconv.aws.redact import redact

    new = intent.there is None
    click.echo(f"{'+' if new else '~'} {safe(intent.deployment.name)}", err=True)
    for change in intent.changes if not new else ():
        before, after = (_said(redact({change.member: one})[change.member]) for one in (change.before, change.after))
        click.echo(f"    {change.member}: {safe(before)} -> {safe(after)}", err=True)


def _said(value: Any) -> str:
    """A member's value; of variables their names."""
    if isinstance(value, dict) and set(value) == {"Variables"}:
        return ", ".join(sorted(value["Variables"])) or "none"
    return "none" if value in (None, "", [], {}) else str(value)


def _next_run(intent: Intent) -> str:
    from dagconv.deploy.definition import schedule_of
    from dagconv.language.cron import CronError, expand_preset, next_fires, parse_cron

    schedule = schedule_of(intent.deployment.definition) or ""
    try:
        fields = parse_cron(expand_preset(schedule) or schedule)
    except CronError:
        return f"schedule {schedule}"
    fires = next_fires(fields, datetime.datetime.now(datetime.timezone.utc), 1)
    return f"schedule {schedule}, next run {fires[0]:%Y-%m-%d %H:%M} UTC" if fires else f"schedule {schedule}"
