"""`migrate plan`: reads the environment and the account, converts, and shows what apply would do."""

from __future__ import annotations

import datetime
import json
import tempfile
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dagconv.cli.migrate import EXIT_CODES
from dagconv.cli.migrate.options import FAILED, aws_options, open_aws
from dagconv.cli.options import setting, settings_of
from dagconv.cli.source import BESIDE, source_options
from dagconv.deploy.definition import digest_file
from dagconv.deploy.remote import TAG_PREFIX
from dagconv.errors import UsageError
from dagconv.settings import KEYS

if TYPE_CHECKING:
    from dagconv.aws.services import World
    from dagconv.migrate.plan.plan import Plan
    from dagconv.migrate.survey.inventory import Wishes

CHANGES = 4
# Options of a plan that share their name with a setting of another meaning.
_OWN_OPTIONS = frozenset({"include", "exclude", "region"})


def input_options(command: Any) -> Any:
    """What is migrated, how it is read and how its workflows are called: a plan and a rehearsal take the same."""
    folder = click.Path(exists=False, path_type=Path)
    options = (
        click.option("--source", type=folder, metavar="DIR", help="Local DAG files instead of the environment's."),
        click.option(
            "--definitions", type=folder, metavar="DIR", help="Finished definitions; they win over converted."
        ),
        click.option("--code", type=folder, metavar="FILE", help="Code package for the workflows: .zip, .py or .sh."),
        click.option("--workflow-env", "workflow_variables", multiple=True, metavar="NAME=VALUE", help="Set for all."),
        click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="Tag of all workflows."),
        click.option("--name-template", default="{dag_id}", show_default=True, help="Names of workflows."),
        click.option("--suffix-names", is_flag=True, help="Tell colliding names apart by a short hash."),
        click.option("--include", multiple=True, metavar="GLOB", help="Only these DAG ids."),
        click.option("--exclude", multiple=True, metavar="GLOB", help="Not these DAG ids."),
        click.option("--limit", type=click.IntRange(1), metavar="N", help="Create at most N workflows."),
        click.option(
            "--allow-secrets-in-plan", "allow_secrets", is_flag=True, help="Write a plan although it holds a secret."
        ),
        setting("jobs", "-j", metavar="N"),
        setting("timeout", metavar="S"),
        setting("memory", metavar="MB"),
        setting("thorough"),
        source_options,
    )
    for option in reversed(options):
        command = option(command)
    return command


def plan_options(command: Any) -> Any:
    """Everything that decides a plan."""
    options = (
        click.option("--environment", metavar="NAME", help="The MWAA environment to migrate."),
        click.option("--migration", metavar="NAME", help="Name of a migration that has no environment."),
        click.option("--bucket", metavar="NAME", help="Bucket for the definitions. [default: the environment's]"),
        click.option("--prefix", default="yaml", show_default=True, metavar="KEY", help="Where in the bucket."),
        click.option("--role-arn", metavar="ARN", help="Role of the workflows. [default: the environment's]"),
        click.option("--skip-trust", is_flag=True, help="Leave the role's trust policy alone."),
        click.option("--trust-policy-limit", type=int, metavar="N", help="Raised length limit of trust policies."),
        click.option(
            "--subnet", "subnets", multiple=True, metavar="ID", help="Subnet of the workflows. [default: environment's]"
        ),
        click.option("--security-group", "groups", multiple=True, metavar="ID", help="Security group of them."),
        click.option("--no-network", is_flag=True, help="Leave the environment's network out."),
        click.option("--kms-key", metavar="ARN", help="Customer key of definitions and workflows."),
        click.option("--log-group", metavar="NAME", help="One log group for all workflows."),
        click.option(
            "--trigger-mode",
            type=click.Choice(["MANUAL", "SCHEDULED", "DISABLED"]),
            help="Mode of new workflows. [default: MANUAL]",
        ),
        click.option("--trigger-mode-raw", metavar="TEXT", help="A trigger mode as the service spells it."),
        click.option("--prune", is_flag=True, help="Delete workflows of ours whose DAG is gone."),
        click.option("--take-over", is_flag=True, help="Move definitions here that are kept in another place."),
        click.option("--prune-versions", type=click.IntRange(0), default=0, metavar="N", help="Delete the N oldest."),
        click.option("--workflow-quota", type=click.IntRange(1), metavar="N", help="The account's raised quota."),
        input_options,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command("plan", epilog=EXIT_CODES, short_help="Show what a migration would do.")
@plan_options
@aws_options
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the plan to a file."
)
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 4 when there are changes and nothing was refused.")
@click.option("-v", "--verbose", is_flag=True, help="Show every finding and request.")
def command(**flags: Any) -> int:
    """Show what migrating an environment would do. Nothing is changed."""
    from dagconv.aws.redact import redact
    from dagconv.cli.migrate.markdown import markdown_of
    from dagconv.cli.migrate.show import show_plan
    from dagconv.migrate.plan.planfile import render_plan, require_no_secrets, write_plan

    world = open_aws(flags)
    plan = make_plan(world, flags)
    if flags["out"]:
        require_no_secrets(plan, allowed=flags["allow_secrets"])
        write_plan(plan, flags["out"])
    match flags["form"]:
        case "json":
            click.echo(json.dumps(redact(json.loads(render_plan(plan))), indent=1))
        case "markdown":
            click.echo(markdown_of(plan))
        case _:
            show_plan(plan, verbose=flags["verbose"])
    if plan.has_refusals:
        return FAILED
    return CHANGES if flags["detailed_exitcode"] and plan.has_changes else 0


def make_plan(world: World, flags: dict[str, Any]) -> Plan:
    """Raises UsageError for options that contradict one another."""
    from dagconv.aws.services import CallError
    from dagconv.migrate.plan.plan import plan_migration
    from dagconv.migrate.plan.planfile import tool_version
    from dagconv.migrate.survey.survey import Sources, survey

    sources = Sources(
        flags["environment"],
        flags["migration"],
        flags["source"],
        flags["definitions"],
        flags["bucket"],
        flags["role_arn"],
        flags["code"],
        _beside(flags),
    )
    with tempfile.TemporaryDirectory(prefix="dagconv-plan-") as scratch:
        try:
            wishes = _wishes(flags)
            converter = _converter(world, flags)
            inventory = survey(world, sources, wishes, converter, Path(scratch), uuid.uuid4().hex)
        except CallError as error:
            raise UsageError(f"cannot plan, {error}{_needed(error)}") from error
    made = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    return plan_migration(inventory, wishes, tool=tool_version(), made=made)


def _wishes(flags: dict[str, Any]) -> Wishes:
    from dagconv.deploy.trust import LONGEST
    from dagconv.migrate.survey.inventory import Wishes

    if flags["prune"] and (flags["include"] or flags["exclude"]):
        raise UsageError("--prune deletes what no DAG is there for: it takes no --include and no --exclude")
    subnets, groups = tuple(flags["subnets"]), tuple(flags["groups"])
    if flags["no_network"] and (subnets or groups):
        raise UsageError("--no-network leaves a network out: it takes no --subnet and no --security-group")
    return Wishes(
        prefix=flags["prefix"],
        name_template=flags["name_template"],
        suffix_names=flags["suffix_names"],
        trigger_mode=flags["trigger_mode_raw"] or flags["trigger_mode"],
        skip_trust=flags["skip_trust"],
        longest_trust=flags["trust_policy_limit"] or LONGEST,
        network=not flags["no_network"],
        subnets=subnets,
        security_groups=groups,
        kms_key=flags["kms_key"],
        log_group=flags["log_group"],
        variables=_pairs(flags["workflow_variables"], "--workflow-env"),
        tags=_tags(flags["tags"]),
        include=flags["include"],
        exclude=flags["exclude"],
        limit=flags["limit"],
        prune=flags["prune"],
        take_over=flags["take_over"],
        prune_versions=flags["prune_versions"],
        workflow_quota=flags["workflow_quota"],
        conversion={name: _told(value) for name, value in _conversion(flags).items() if value not in (None, ())},
    )


def _conversion(flags: dict[str, Any]) -> dict[str, Any]:
    """The options that `convert` takes too: what decides the meaning of the source, and how it is loaded."""
    names = {key.name.replace("-", "_") for key in KEYS} - _OWN_OPTIONS
    return {name: value for name, value in flags.items() if name in names}


def _beside(flags: dict[str, Any]) -> tuple[Path, ...]:
    """Files and folders that decide what the DAGs mean, as far as they are there."""
    values = (flags.get(name.replace("-", "_")) for name in BESIDE)
    each = (one for value in values if value for one in (value if isinstance(value, tuple) else (value,)))
    return tuple(path for path in map(Path, map(str, each)) if path.exists())


def _told(value: object) -> str:
    """An option for the record; of a file what it holds, so that another content is another plan."""
    words = value if isinstance(value, tuple) else (value,)
    return " ".join(digest_file(Path(str(w))) if Path(str(w)).is_file() else str(w) for w in words)


def _converter(world: World, flags: dict[str, Any]) -> Any:
    """The pipeline, imported only when DAG files are converted."""
    if not flags["environment"] and not flags["source"]:
        return None
    from dagconv.migrate.survey.convert import PipelineConverter
    from dagconv.options import compile_options

    options = compile_options(settings_of(_conversion(flags)), datetime.datetime.now(datetime.timezone.utc))
    lowering = replace(options.lowering, region=world.identity.caller().region)
    return PipelineConverter(replace(options, lowering=lowering))


def _tags(texts: tuple[str, ...]) -> dict[str, str]:
    tags = _pairs(texts, "--tag")
    if own := sorted(name for name in tags if name.lower().startswith(TAG_PREFIX)):
        raise UsageError(f"--tag {own[0]}: tags that begin with {TAG_PREFIX} say whose a workflow is; choose another")
    return tags


def _pairs(texts: tuple[str, ...], option: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"{option} {name}: write NAME=VALUE")
        pairs[name] = value
    return pairs


def _needed(error: Any) -> str:
    """What a caller who was denied needs (docs/faults.md 23)."""
    from dagconv.aws.services import Cause

    if error.cause is not Cause.DENIED:
        return ""
    action = error.call.replace("mwaa-serverless:", "airflow-serverless:").replace("mwaa:", "airflow:")
    return f"; the caller needs an Allow for {action}"
