"""How plans and results look on a terminal: symbols that need no colour, secrets masked, control characters escaped."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from dagconv.aws.redact import redact
from dagconv.deploy.definition import Origin
from dagconv.deploy.deployment import LOG_GROUPS, S3Location, version_request
from dagconv.deploy.remote import SCHEDULED
from dagconv.deploy.trust import TrustAction
from dagconv.language.secret import mask_secrets
from dagconv.migrate.plan.item import ItemKind
from dagconv.migrate.plan.outline import counted, outline_of
from dagconv.migrate.run.execute import State

if TYPE_CHECKING:
    from dagconv.deploy.definition import Finding
    from dagconv.migrate.plan.item import Item
    from dagconv.migrate.plan.plan import Plan
    from dagconv.migrate.run.coverage import Coverage
    from dagconv.migrate.run.execute import Result

_LONGEST = 160  # characters of a value
_LOOKS = {
    ItemKind.CREATE: ("+", "green"),
    ItemKind.UPDATE: ("~", "yellow"),
    ItemKind.UNCHANGED: ("=", None),
    ItemKind.DELETE: ("-", "red"),
    ItemKind.REFUSED: ("!", "red"),
}


def show_plan(plan: Plan, *, verbose: bool) -> None:
    for line, colour in _plan_lines(plan, verbose):
        click.secho(escape(mask_secrets(line)), fg=colour)


def show_summary(plan: Plan) -> None:
    """Where a plan goes and what it does, without its items: they were shown when it was made."""
    lines = [line for line, _ in _plan_lines(plan, verbose=False)]
    click.echo(escape("\n".join((lines[0], lines[-1]))))


def show_result(result: Result, verb: str) -> None:
    """The table by cause, what was left, and how to go on."""
    done, failed, left = ([o for o in result.results if o.state is state] for state in State)
    for name, warnings in sorted(result.warnings.items()):
        for warning in warnings:
            click.echo(f"  warning of the service for {escape(name)}, not predicted: {escape(mask_secrets(warning))}")
    for cause, count in sorted(Counter(o.cause for o in failed).items()):
        click.echo(f"  {count} failed: {cause}")
        for outcome in [o for o in failed if o.cause == cause][:10]:
            click.echo(f"    {escape(str(outcome.key))}: {escape(mask_secrets(outcome.reason))}")
    click.echo(f"{verb}: {len(done)} steps done, {len(failed)} failed, {len(left)} left")
    if result.stopped:
        click.echo(f"stopped: {result.stopped}")
    if (failed or left) and verb in ("apply", "cutover"):
        click.echo(f"`dag-converter migrate {verb} --resume` takes up what is open")


def show_coverage(coverage: Coverage) -> None:
    """The DAGs that run on no side or on both, and what to do."""
    if coverage.unknown:
        click.secho(f"not known: {escape(coverage.unknown)}", fg="yellow")
    for dag_id in coverage.nowhere:
        click.secho(f"NOWHERE  {escape(dag_id)}: paused in the old environment, and no workflow runs it", fg="red")
    for dag_id in coverage.twice:
        click.secho(f"TWICE    {escape(dag_id)}: runs in the old environment and by its workflow's schedule", fg="red")


def said(value: str | None) -> str:
    """A value of a change, cut where it is long."""
    if value is None:
        return "(none)"
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}... ({len(value)} characters)"


def escape(text: str) -> str:
    """No control character of a name reaches the terminal; lines stay lines."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode("ascii") for c in text)


def _plan_lines(plan: Plan, verbose: bool) -> Iterator[tuple[str, str | None]]:
    environment = plan.environment
    yield f"Account {plan.account}, Region {plan.region}, as {plan.caller}", None
    if environment:
        yield f"Environment {environment.name}: Airflow {environment.airflow_version}, {environment.status}", None
    yield f"Bucket {plan.bucket} (versioning {plan.versioning.value}), role {plan.trust.role_arn}", None
    for name, text in surroundings(plan):
        yield f"{name}: {text}", None
    yield "", None
    for item in plan.items:
        yield from _item_lines(item, plan.made, verbose)
    yield "", None
    for orphan in plan.orphans:
        what = f"{orphan.dag_id or orphan.name} stays without a DAG in this plan: {orphan.mark}; {orphan.reason}"
        yield f"? {what}", "yellow"
    yield from _trust_lines(plan)
    yield from _log_lines(plan)
    yield from _quota_lines(plan)
    yield from _finding_lines(plan.findings, "")
    yield from _schedule_lines(plan)
    yield from _loss_lines(plan)
    yield summary_of(plan), None


def summary_of(plan: Plan) -> str:
    counts = Counter(item.kind for item in plan.items)
    parts = [f"{counts[kind]} to {kind.value}" for kind in (ItemKind.CREATE, ItemKind.UPDATE, ItemKind.DELETE)]
    unchanged, refused = counts[ItemKind.UNCHANGED], counts[ItemKind.REFUSED]
    return f"Plan {plan.id[:12]}: {', '.join(parts)}, {unchanged} unchanged, {refused} refused."


def surroundings(plan: Plan) -> Iterator[tuple[str, str]]:
    """Where all workflows run, write their logs, and what encrypts them, each under its name."""
    network, old = plan.network, plan.environment
    if network is None:
        where = "none, tasks reach what is public"
    else:
        same = old is not None and (old.subnets, old.security_groups) == (network.subnets, network.security_groups)
        where = f"{', '.join(network.subnets)} with {', '.join(network.security_groups)}"
        where += ", the environment's" if same else ""
    yield "Network", where
    yield "Logs", plan.log_group or f"{LOG_GROUPS}NAME, a group of its own for each workflow"
    yield "Encryption", plan.kms_key or "a key of AWS"


def _item_lines(item: Item, made: str, verbose: bool) -> Iterator[tuple[str, str | None]]:
    symbol, colour = _LOOKS[item.kind]
    name = f" as {item.name}" if item.name and item.name != item.dag_id else ""
    doomed = f", {item.prune_versions} old versions are DELETED" if item.prune_versions else ""
    detail = f" ({', '.join(item.changes)})" if item.changes else ""
    proved = ", not proved" if item.origin is Origin.GIVEN and item.deployment else ""
    source = f"  [{item.source}{proved}]" if item.source else ""
    yield f"{symbol} {item.kind.value} {item.dag_id or item.name}{name}{detail}{source}{doomed}", colour
    if item.doomed:
        yield f"    {item.doomed}", colour
    outline = outline_of(item, made) if verbose or item.kind in (ItemKind.CREATE, ItemKind.UPDATE) else None
    if outline is not None:
        lost = f"; loses {counted(outline.lost)}" if outline.lost else ""
        yield f"    {outline.when}; {counted(outline.operators)}{lost}", None
    for change in item.values:
        yield f"    {change.member}: {said(change.before)} -> {said(change.after)}", colour
    # Where a definition cannot be told apart by its members, its lines must do.
    by_line = verbose or not any(change.member.startswith("definition") for change in item.values)
    for line in item.diff.splitlines() if by_line else ():
        yield f"    {line}", "green" if line.startswith("+") else "red" if line.startswith("-") else None
    yield from _finding_lines(tuple(f for f in item.findings if verbose or f.severity == "error"), "    ")
    if verbose and item.deployment:
        place = S3Location(item.deployment.bucket, item.deployment.key)
        request = version_request(item.deployment, place, None) | {"Tags": dict(item.deployment.tags)}
        yield f"    {json.dumps(redact(request), sort_keys=True)}", None


def _trust_lines(plan: Plan) -> Iterator[tuple[str, str | None]]:
    trust = plan.trust
    statement = json.dumps(trust.statement.document(), indent=2).splitlines()
    match trust.action:
        case TrustAction.APPEND:
            yield f"~ trust policy of {trust.role_arn}: one statement is appended", "yellow"
            for line in statement:
                yield f"    + {line}", "green"
        case TrustAction.NONE:
            yield f"= trust policy of {trust.role_arn} lets the service in already", None
        case TrustAction.SKIP:
            yield "= trust policy not looked at (--skip-trust)", None
        case TrustAction.REFUSE:
            yield f"! trust policy of {trust.role_arn} is left alone: {trust.reason}", "red"
            yield "  the statement that is needed:", None
            for line in statement:
                yield f"    {line}", None


def _log_lines(plan: Plan) -> Iterator[tuple[str, str | None]]:
    """Whether the role may write logs, and the statement for somebody to add where it is not known to."""
    logs, role = plan.logs, plan.trust.role_arn
    if logs is None:
        return
    if logs.lacking == ():
        yield f"= {role} may write {logs.groups}", None
        return
    said = "may write logs, which cannot be told," if logs.lacking is None else "cannot write the workflows' logs and"
    yield f"! {role} {said} needs this statement, which no verb adds:", "yellow"
    for line in json.dumps(logs.statement(), indent=2).splitlines():
        yield f"    {line}", None


def _quota_lines(plan: Plan) -> Iterator[tuple[str, str | None]]:
    used, planned = ("unknown" if n is None else n for n in (plan.quota.used, plan.quota.planned))
    yield f"Workflows: {used} now, {planned} after this plan, quota {plan.quota.workflows}", None
    if left := plan.quota.left_out_by_limit:
        yield f"{left} DAGs are left for later by --limit", None


def _schedule_lines(plan: Plan) -> Iterator[tuple[str, str | None]]:
    scheduled = [item for item in plan.of(ItemKind.CREATE) if item.scheduled]
    starting = [item for item in scheduled if item.wanted.trigger == SCHEDULED]
    if starting:
        yield f"Schedules of {len(starting)} workflows START AT ONCE (--trigger-mode SCHEDULED):", "red"
        yield f"  pause these DAGs in the old environment first: {', '.join(i.dag_id for i in starting)}", None
    elif scheduled:
        yield (
            f"No schedule starts: {len(scheduled)} workflows wait for `migrate cutover`, which then needs paused:",
            None,
        )
        yield f"  {', '.join(i.dag_id for i in scheduled)}", None


def _loss_lines(plan: Plan) -> Iterator[tuple[str, str | None]]:
    losses = Counter(
        (finding.effect, finding.code)
        for item in plan.of(ItemKind.CREATE, ItemKind.UPDATE, ItemKind.UNCHANGED)
        for finding in item.findings
        if finding.effect in ("changed", "dropped")
    )
    if losses:
        yield "Changed or dropped on the way (--verbose lists each, `explain CODE` tells why):", None
        for (effect, code), count in sorted(losses.items()):
            yield f"  {effect} {code}: {count} times", None


def _finding_lines(findings: tuple[Finding, ...], indent: str) -> Iterator[tuple[str, str | None]]:
    for finding in findings:
        place = f"{finding.place}: " if finding.place else ""
        yield f"{indent}{finding.severity} {finding.code} {place}{finding.message}", None
        if finding.help:
            yield f"{indent}  help: {finding.help}", None
