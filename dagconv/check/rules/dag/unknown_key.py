"""Keys of the DAG level that the service does not know: it rejects them, unlike unknown task keys."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.service import KeyStatus
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC254",
    slug="unknown-dag-key",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The DAG has a key that the service rejects.",
    message="the DAG-level key '{key}' is rejected by the service{hint}",
    help="{advice}",
    why=(
        "The service checks the DAG level against a strict schema: one key too many, and the whole "
        'definition is rejected with "Unexpected element".'
    ),
    example=(
        "my_dag:\n  timezone: Europe/Berlin\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Remove the key, or correct its name.",
    source=(ContractRule(9), ContractRule(14), Section("1.1"), Section("1.3")),
)


def check_unknown_key(subject: Subject) -> Iterator[Diagnostic]:
    for entry in subject.dag.entries:
        name = entry.key.value
        known = subject.service.dag_key(name) if isinstance(name, str) else subject.service.other_dag_keys
        if known.status is not KeyStatus.REJECTED:
            continue
        accepted = [key for key, value in subject.service.dag_keys.items() if value.status is KeyStatus.ACCEPTED]
        # The note of the catch-all entry says why; only a key's own note is advice.
        own_note = known.fact.note if name in subject.service.dag_keys else ""
        hint = "" if own_note or known.instead else subject.suggest(entry.key.text, accepted)
        advice = own_note or "remove it, or correct its name"
        if known.instead:
            advice = f"write '{known.instead}' instead"
        yield subject.at(RULE, entry, key=entry.key.text, hint=hint, advice=advice)
