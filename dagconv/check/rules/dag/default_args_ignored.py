"""Keys that default_args may hold but that the service does not act on."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.service import KeyStatus
from dagconv.check.harmless import is_harmless
from dagconv.check.node import shown
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC261",
    slug="default-args-ignored",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A setting in default_args is accepted and then ignored.",
    message="{key}: {found} in default_args is ignored by the service",
    help="remove it{advice}",
    why="These keys pass the check of default_args, but tasks run as if they were not there.",
    example=(
        "my_dag:\n"
        "  default_args: {wait_for_downstream: true}\n"
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Remove the key; owner and email may stay for the reader.",
    source=(ContractRule(31), Section("1.4"), Section("4")),
)


_TEXT_KEYS = frozenset({"owner"})


def check_default_args_ignored(subject: Subject) -> Iterator[Diagnostic]:
    if subject.default_args is None:
        return
    for entry in subject.default_args.entries:
        name = entry.key.text
        known = subject.service.default_args_keys.get(name)
        if known is None or known.status is not KeyStatus.IGNORED or name in _TEXT_KEYS:
            continue
        if not is_harmless(name, entry.value):
            advice = "; an EventBridge rule can send notifications" if name == "email" else ""
            yield subject.at(RULE, entry, key=name, found=shown(entry.value), advice=advice)
