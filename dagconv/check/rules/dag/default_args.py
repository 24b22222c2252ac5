"""default_args is a mapping of at most ten keys."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Mapping, kind_of, kind_words
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Engine, Rule, Section, Severity

NOT_A_MAPPING = Rule(
    code="DC259",
    slug="default-args-not-a-mapping",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="default_args is not a mapping.",
    message="default_args is {found} instead of a mapping",
    help="write a mapping such as {{retries: 0}}, or leave default_args out",
    why=("The loader looks for keys in default_args and raises TypeError on null, text or a list."),
    example=("my_dag:\n  default_args: null\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"),
    fix="Write a mapping, or leave the key out.",
    source=(Section("1.4"), Engine("dagfactory.dagbuilder", "DagBuilder.get_dag_params")),
)

RULE = Rule(
    code="DC260",
    slug="default-args-key",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="default_args holds a key that the service rejects.",
    message="default_args takes no '{key}'{hint}",
    help="{advice}",
    why=(
        "The service takes ten keys here and rejects the whole definition over any other. AWS's own "
        "converter writes depends_on_past, email_on_failure and email_on_retry; tried on the service, "
        "they fail."
    ),
    example=(
        "my_dag:\n"
        "  default_args: {depends_on_past: false}\n"
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix=("Move the key to the tasks that take it, or remove it where the service ignores it anyway."),
    source=(ContractRule(11), ContractRule(12), Section("1.4")),
)


def check_default_args(subject: Subject) -> Iterator[Diagnostic]:
    entry = subject.dag.entry("default_args")
    if entry is None:
        return
    if not isinstance(entry.value, Mapping):
        found = kind_words(kind_of(entry.value))
        yield subject.at(NOT_A_MAPPING, entry, key="default_args", found=found)
        return
    known = subject.service.default_args_keys
    for item in entry.value.entries:
        name = item.key.text
        if name in known:
            continue
        hint = ", which AWS's own converter writes but the service rejects"
        if name not in subject.service.default_args_disputed:
            hint = subject.suggest(name, known)
        ignored = name in subject.service.ignored_task_keys
        advice = "remove it: the service ignores it on tasks too" if ignored else "move it to the tasks that take it"
        yield subject.at(RULE, item, key=name, hint=hint, advice=advice)
