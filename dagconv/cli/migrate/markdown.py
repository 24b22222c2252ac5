"""A plan as Markdown, for a ticket or a pull request; secrets masked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dagconv.cli.migrate.show import escape, said, summary_of, surroundings
from dagconv.deploy.trust import TrustAction
from dagconv.language.secret import mask_secrets
from dagconv.migrate.plan.outline import counted, outline_of

if TYPE_CHECKING:
    from dagconv.deploy.definition import Finding
    from dagconv.migrate.plan.item import Item
    from dagconv.migrate.plan.plan import Plan


def markdown_of(plan: Plan) -> str:
    return escape(mask_secrets("\n".join(_lines(plan))))


def _lines(plan: Plan) -> Iterator[str]:
    environment = plan.environment
    yield f"# {_cell(f'Migration of {environment.name}' if environment else plan.owner.name)}"
    yield f"\n{summary_of(plan)}\n"
    facts = [("Account", f"{plan.account}, {plan.region}"), ("Bucket", plan.bucket), ("Role", plan.trust.role_arn)]
    yield from _table(("", ""), [*facts, *surroundings(plan)])
    yield "\n## DAGs\n"
    heads = ("", "DAG", "workflow", "schedule", "operators", "loses")
    yield from _table(heads, [_row(item, plan.made) for item in plan.items])
    if changes := [(item.name, c.member, said(c.before), said(c.after)) for item in plan.items for c in item.values]:
        yield "\n## Changes\n"
        yield from _table(("workflow", "member", "before", "after"), changes)
    if plan.orphans:
        yield "\n## Workflows without a DAG in this plan\n"
        yield from _table(("workflow", "does", "stays because"), [(o.name, o.mark, o.reason) for o in plan.orphans])
    if found := [*_found(plan.findings, ""), *(row for i in plan.items for row in _found(i.findings, i.dag_id))]:
        yield "\n## Findings\n"
        yield from _table(("code", "DAG", "found", "next step"), found)
    if plan.trust.action in (TrustAction.APPEND, TrustAction.REFUSE):
        by_whom = "which `apply` appends" if plan.trust.action is TrustAction.APPEND else "which you have to add"
        yield f"\n## Statement for the role's trust policy, {by_whom}\n"
        yield from _json(plan.trust.statement.document())
    if plan.logs is not None and plan.logs.lacking != ():
        yield "\n## Statement for the role's permissions, which you have to add\n"
        yield from _json(plan.logs.statement())


def _row(item: Item, made: str) -> tuple[str, ...]:
    outline = outline_of(item, made)
    if outline is None:
        return item.kind.value, item.dag_id, item.name, item.doomed, "", ""
    return item.kind.value, item.dag_id, item.name, outline.when, counted(outline.operators), counted(outline.lost)


def _found(findings: Sequence[Finding], dag_id: str) -> Iterator[tuple[str, ...]]:
    """Of a DAG the errors only: what it loses stands in its row."""
    for one in findings:
        if not dag_id or one.severity == "error":
            place = f"{one.place}: " if one.place else ""
            yield f"{one.severity} {one.code}", dag_id, f"{place}{one.message}", one.help


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    """One line without meaning for Markdown or HTML."""
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{c}" if c in "|*_`[]\\" else c for c in flat)


def _json(document: object) -> Iterator[str]:
    yield f"```json\n{json.dumps(document, indent=2)}\n```"
