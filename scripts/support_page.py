"""Builds docs/support.md from rules, operator data and fixtures: what is exact, changed, dropped, refused."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from cases import FIXTURES, WANT, codes_of

from dagconv.catalog.operators import OperatorClass, Status, load_operators
from dagconv.diagnostics import Effect, Rule, Severity
from dagconv.rules import catalogue

AREAS = ("structure", "operators", "defaults", "schedule", "params", "jinja", "values", "losses")
# A task without execution_timeout says this and nothing else about itself.
SILENT = frozenset({"DC309"})
GENERATED = (
    "Generated from the rules, the operator data and the fixtures by `scripts/regen.py support`. "
    "`dagconv explain CODE` says more about a finding."
)
SECTIONS = (
    (
        Effect.CHANGED,
        "Changed",
        "Written in another form; the finding says what differs, and the proof holds it to that.",
    ),
    (Effect.DROPPED, "Dropped", "Not written, since the service ignores it; the finding says what is lost."),
    (Effect.REFUSED, "Refused", "Nothing is written for a DAG with one of these."),
    (Effect.NOTED, "Noted", "Written as it is, with a word about how the service treats it."),
)
STATUSES = (
    (Status.CONFIRMED, "on the service's own list"),
    (Status.CONFIRMED_BY_USE, "known to work from published definitions"),
    (Status.LIKELY, "likely: named by one source"),
    (Status.UNCONFIRMED, "unconfirmed: accepted with a warning"),
)


def build() -> str:
    """The text of the page."""
    parts = [
        "# What dagconv supports",
        GENERATED,
        *_exact(),
        *(text for effect, title, lead in SECTIONS for text in _rules(effect, title, lead)),
        *_operators(),
    ]
    return "\n\n".join(parts) + "\n"


def _exact() -> Iterator[str]:
    """Cases that convert without a finding: each is proved equal by the tests."""
    yield "## Exact"
    yield "Converts without a finding and is proved to mean the same. Each line is a case of `fixtures/`."
    for area in AREAS:
        lines = [
            f"- {_sentence(case)} (`{area}/{case.name}`)"
            for case in sorted((FIXTURES / area).iterdir())
            if _is_exact(case)
        ]
        if lines:
            yield f"### {area.capitalize()}"
            yield "\n".join(lines)


def _is_exact(case: Path) -> bool:
    if not (case / "want.yaml").exists():
        return False
    return codes_of((case / WANT).read_text("utf-8")).keys() <= SILENT


def _sentence(case: Path) -> str:
    return (ast.get_docstring(ast.parse((case / "dag.py").read_text("utf-8"))) or "").rstrip(".")


def _rules(effect: Effect, title: str, lead: str) -> Iterator[str]:
    found = [rule for rule in catalogue() if rule.effect is effect and _is_about_source(rule)]
    yield f"## {title}"
    yield lead
    yield "\n".join(["| Code | What is found | Next step |", "|---|---|---|", *(_row(rule) for rule in found)])


def _is_about_source(rule: Rule) -> bool:
    """DAG, tasks and values: the first digits 2 to 4."""
    return rule.code[2] in "234"


def _row(rule: Rule) -> str:
    mark = " (error)" if rule.severity is Severity.ERROR and rule.effect is not Effect.REFUSED else ""
    cells = (f"{rule.code} `{rule.slug}`{mark}", rule.summary, rule.fix)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _operators() -> Iterator[str]:
    classes = [found for path in load_operators().paths() if (found := load_operators().find(path)) is not None]
    yield "## Operators"
    yield "\n".join(f"- {sum(c.status is status for c in classes)} {words}" for status, words in STATUSES)
    services: dict[str, list[OperatorClass]] = {}
    for found in classes:
        if any(found.status is status for status, _ in STATUSES):
            services.setdefault(found.service, []).append(found)
    rows = [
        f"| {name} | {', '.join(dict.fromkeys(_name(c) for c in sorted(services[name], key=_key)))} |"
        for name in sorted(services)
    ]
    yield "\n".join(["| Service | Classes |", "|---|---|", *rows])


def _key(found: OperatorClass) -> tuple[bool, str, str]:
    return found.sensor, found.name, found.path


def _name(found: OperatorClass) -> str:
    return found.name + ("?" if found.status in (Status.LIKELY, Status.UNCONFIRMED) else "")
