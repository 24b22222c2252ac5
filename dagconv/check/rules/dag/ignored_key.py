"""DAG-level keys that the service ignores and whose loss changes no run."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.service import KeyStatus
from dagconv.check.harmless import is_harmless
from dagconv.check.rules.dag.ignored_setting import TEXT_KEYS
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC257",
    slug="ignored-dag-key",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The service ignores a DAG-level key; no run changes by that.",
    message="the service ignores {names} of the DAG; no run changes by that",
    help="{advice}",
    why=("The service accepts these keys and names them in the response's Warnings as ignored attributes."),
    example=(
        "my_dag:\n"
        "  description: Copies the files of the day\n"
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix=("Leave the keys out, or keep them for the reader; put a description into the workflow's Description."),
    source=(ContractRule(10), Section("1.3")),
)


def check_ignored_key(subject: Subject) -> Iterator[Diagnostic]:
    found = [
        entry
        for entry in subject.dag.entries
        if isinstance(name := entry.key.value, str)
        and subject.service.dag_key(name).status is KeyStatus.IGNORED
        and (name in TEXT_KEYS or is_harmless(name, entry.value))
    ]
    if not found:
        return
    names = ", ".join(entry.key.text for entry in found)
    described = any(entry.key.value == "description" for entry in found)
    advice = "a description belongs into the workflow's Description" if described else "they may be left out"
    yield subject.at(RULE, found[0], key=found[0].key.text, related=tuple(found[1:]), names=names, advice=advice)
