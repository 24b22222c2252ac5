"""DAG-level keys about which the sources disagree, callbacks among them."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.service import KeyStatus
from dagconv.check.harmless import is_harmless
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC255",
    slug="unproven-dag-key",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The service ignores or rejects this key; no source settles which.",
    message="the DAG-level key '{key}' has no effect and may be rejected by the service",
    help="remove it{advice}",
    why=(
        "The documentation and AWS's own schema disagree about these keys. At best they are ignored, at "
        "worst the strict check of the DAG level rejects the definition."
    ),
    example=(
        "my_dag:\n"
        "  on_failure_callback: my_module.alert\n"
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix=("Remove the key. In place of a callback, add a task with trigger_rule one_failed, or an EventBridge rule."),
    source=(ContractRule(10), ContractRule(32), Section("1.3")),
)


def check_unproven_key(subject: Subject) -> Iterator[Diagnostic]:
    for entry in subject.dag.entries:
        name = entry.key.value
        if not isinstance(name, str) or subject.service.dag_key(name).status is not KeyStatus.UNPROVEN:
            continue
        if is_harmless(name, entry.value):
            continue
        advice = "; an EventBridge rule or a task with trigger_rule 'one_failed' can take its place"
        yield subject.at(RULE, entry, key=name, advice=advice if "callback" in name else "")
