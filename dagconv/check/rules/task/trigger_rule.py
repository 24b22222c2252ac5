"""Trigger rules: the twelve of Airflow 3."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Node, Scalar, kind_of, kind_words, text_of
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

UNKNOWN = Rule(
    code="DC381",
    slug="trigger-rule-unknown",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The trigger rule is none of Airflow 3's.",
    message="trigger_rule {found} is none of Airflow 3's{hint}",
    help="write one of {known}",
    why="Airflow raises on any other word when the task is created.",
    example=("my_dag:\n  tasks:\n    a: {operator: airflow.operators.empty.EmptyOperator, trigger_rule: all_succes}\n"),
    fix="Write one of the twelve rules.",
    source=(ContractRule(23), Section("1.9")),
)

REMOVED = Rule(
    code="DC382",
    slug="trigger-rule-removed",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The trigger rule was removed in Airflow 3.",
    message="trigger_rule '{found}' was removed in Airflow 3",
    help="write '{instead}', which means the same",
    why="Airflow raises on the old word, although AWS's own schema still lists it.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    a:\n"
        "      operator: airflow.operators.empty.EmptyOperator\n"
        "      trigger_rule: none_failed_or_skipped\n"
    ),
    fix="Write the present word; `validate --fix` does.",
    source=(ContractRule(22), ContractRule(23), Section("1.9")),
)

DISPUTED = Rule(
    code="DC383",
    slug="trigger-rule-disputed",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="The documentation calls trigger_rule ignored, though it was seen to work.",
    message=("trigger_rule '{found}' is honoured by the service, though its documentation says otherwise"),
    help="nothing to do; keep it in mind if the service should change",
    why=(
        "The user guide lists trigger_rule as ignored. Tried on the service with all_done it worked, "
        "and AWS's own samples rely on it."
    ),
    example=("my_dag:\n  tasks:\n    a: {operator: airflow.operators.empty.EmptyOperator, trigger_rule: all_done}\n"),
    fix="Nothing to do.",
    source=(ContractRule(22), Section("1.9")),
)


def check_trigger_rule(subject: Subject) -> Iterator[Diagnostic]:
    for task, node in subject.settings("trigger_rule"):
        yield from _check(subject, node, task)


def _check(subject: Subject, node: Node, task: TaskNode | None) -> Iterator[Diagnostic]:
    text, service = text_of(node), subject.service
    if text is None or text not in service.trigger_rules | service.removed_trigger_rules.keys():
        found = f"'{node.text}'" if isinstance(node, Scalar) else kind_words(kind_of(node))
        hint = subject.suggest(text or "", service.trigger_rules)
        known = ", ".join(sorted(service.trigger_rules))
        yield subject.at(UNKNOWN, node, task, "trigger_rule", found=found, hint=hint, known=known)
    elif text in service.removed_trigger_rules:
        instead = service.removed_trigger_rules[text]
        yield subject.at(REMOVED, node, task, "trigger_rule", found=text, instead=instead)
    elif text != service.trigger_rule_default:
        yield subject.at(DISPUTED, node, task, "trigger_rule", found=text)
