"""`explain`: everything that is known of a code, from the rule's own constant, and where its reasons can be read."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

from dagconv.diagnostics import Rule
from dagconv.errors import UsageError

_EPILOG = """\b
Examples:
  dag-converter explain DC309
  dag-converter explain retries-above-limit
  dag-converter explain --all --format markdown > rules.md

\b
Exit codes: 0 shown, 2 no such code."""


@click.command(epilog=_EPILOG, short_help="Explain a code of a finding.")
@click.argument("codes", nargs=-1, metavar="CODE...")
@click.option("--all", "everything", is_flag=True, help="Explain every code.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def command(codes: tuple[str, ...], everything: bool, form: str) -> None:
    """Say why a finding is made, show an example and its repair, and name the fact that the rule rests on."""
    rules = list(_rules(codes, everything))
    match form:
        case "json":
            click.echo(json.dumps([_members(rule) for rule in rules], indent=2))
        case "markdown":
            click.echo("\n".join(_markdown(rule) for rule in rules))
        case _:
            click.echo("\n\n".join(_text(rule) for rule in rules))


def _rules(codes: tuple[str, ...], everything: bool) -> Iterable[Rule]:
    from dagconv.rules import catalogue, no_such_code

    known = catalogue()
    if everything:
        yield from known
        return
    if not codes:
        raise UsageError("name a code, such as DC309, or give --all")
    for name in codes:
        rule = known.find(name)
        if rule is None:
            raise UsageError(no_such_code(name))
        yield rule


def _members(rule: Rule) -> dict[str, str | list[str]]:
    from dagconv.catalog.contract import addresses_of

    return {
        "code": rule.code,
        "slug": rule.slug,
        "severity": rule.severity.value,
        "effect": rule.effect.value,
        "summary": rule.summary,
        "message": rule.message,
        "help": rule.help,
        "why": rule.why,
        "example": rule.example,
        "fix": rule.fix,
        "source": "; ".join(map(str, rule.source)),
        "addresses": addresses_of(rule.source),
    }


def _text(rule: Rule) -> str:
    sections = [("Why", rule.why), ("Example", rule.example), ("Fix", rule.fix), ("Source", _source(rule))]
    head = f"{rule.code} {rule.slug} ({rule.severity.value}, {rule.effect.value})\n\n{rule.summary}"
    body = "".join(f"\n\n{name}:\n{_indented(text)}" for name, text in sections if text)
    return head + body


def _markdown(rule: Rule) -> str:
    return (
        f"## {rule.code} {rule.slug}\n\n"
        f"{rule.summary} *{rule.severity.value}, {rule.effect.value}*\n\n"
        f"{rule.why}\n\n"
        f"Example:\n\n{_fenced(rule.example)}\n\nFix:\n\n{_fenced(rule.fix)}\n\n"
        f"Source: {'; '.join(_source(rule).splitlines())}\n"
    )


def _source(rule: Rule) -> str:
    """A line per source, then one per public address where the facts behind them can be read."""
    from dagconv.catalog.contract import addresses_of, described

    lines = [*map(described, rule.source), *addresses_of(rule.source)]
    return "\n".join(dict.fromkeys(lines))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _fenced(text: str) -> str:
    fence = "````" if "```" in text else "```"
    return f"{fence}\n{text}\n{fence}"
