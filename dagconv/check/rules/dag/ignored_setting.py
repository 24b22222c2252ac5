"""DAG-level settings that change what runs in Airflow and that the service ignores."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.catalog.service import KeyStatus
from dagconv.check.harmless import is_harmless
from dagconv.check.node import shown
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC256",
    slug="ignored-dag-setting",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="The service ignores a DAG-level setting that would change what runs.",
    message="{key}: {found} is ignored by the service{reason}",
    help="remove it, and make sure that the workflow is right without it",
    why=(
        "The service accepts these keys and lists them in the response's Warnings, but does not act on "
        "them: there is no catch-up, runs overlap up to the account's quota, and no run waits for an "
        "earlier one."
    ),
    example=("my_dag:\n  max_active_runs: 1\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"),
    fix=("Remove the key once the workflow is right without it; make tasks safe to run side by side."),
    source=(ContractRule(31), ContractRule(39), Section("1.3"), Section("7")),
)


_REASONS = {
    "max_active_runs": ": runs may overlap, up to the quota of 20",
    "catchup": ": missed runs are never made up for",
    "is_paused_upon_creation": ": the workflow is scheduled at once unless TriggerMode says otherwise",
    "render_template_as_native_obj": ": templates always render to text",
    "dagrun_timeout": ": only the service's own limit ends a run",
}
# Texts for people and for the user interface: their loss changes no run (rule ignored-dag-key).
TEXT_KEYS = frozenset({"description", "tags", "access_control", "owner_links", "dag_display_name", "auto_register"})


def check_ignored_setting(subject: Subject) -> Iterator[Diagnostic]:
    for entry in subject.dag.entries:
        name = entry.key.value
        if not isinstance(name, str) or name in TEXT_KEYS or is_harmless(name, entry.value):
            continue
        if subject.service.dag_key(name).status is KeyStatus.IGNORED:
            yield subject.at(RULE, entry, key=name, found=shown(entry.value), reason=_REASONS.get(name, ""))
