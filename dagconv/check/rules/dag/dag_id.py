"""The form of the DAG id."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Engine, Rule, Section, Severity

RULE = Rule(
    code="DC252",
    slug="dag-id-pattern",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The DAG id has a character that the service does not take.",
    message="the DAG id '{dag_id}' {found}",
    help="{advice}",
    why=(
        "The id may hold letters, digits, dot, hyphen and underscore only. It must be text: an unquoted "
        "2024 or yes is read as something else. The root keys `default` and `task_groups` are no DAGs "
        "for the loader, so nothing at all would be created."
    ),
    example=("my dag!:\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"),
    fix="Rename the DAG; put an id that looks like a number in quotes.",
    source=(ContractRule(1), Section("1.2"), Engine("dagfactory.dagfactory", "SYSTEM_PARAMS")),
)


_MAX_LENGTH = 250


def check_dag_id(subject: Subject) -> Iterator[Diagnostic]:
    value = subject.key.value
    if not isinstance(value, str):
        found, advice = "is not text: YAML reads it as another type", f"put it in quotes: '{subject.key.text}'"
        yield subject.at(RULE, subject.key, found=found, advice=advice)
    elif value in (*subject.service.reserved_root_keys, *subject.service.reserved_yaml_keys):
        yield subject.at(RULE, subject.key, found="is a reserved word of the loader", advice="choose another id")
    elif not re.fullmatch(subject.service.patterns.dag_id, value):
        proposed = re.sub(r"[^a-zA-Z0-9._-]+", "_", value).strip("_") or "my_dag"
        found = "has characters other than letters, digits, '.', '-' and '_'"
        yield subject.at(RULE, subject.key, found=found, advice=f"rename it, for example to '{proposed}'")
    elif len(value) > _MAX_LENGTH:
        found = f"has {len(value)} characters, above Airflow's limit of {_MAX_LENGTH}"
        yield subject.at(RULE, subject.key, found=found, advice="shorten it")
