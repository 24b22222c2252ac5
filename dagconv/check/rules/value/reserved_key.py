"""Keys that the loader takes for itself, in the user's own data."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Mapping, walk
from dagconv.check.subject import Subject
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC452",
    slug="reserved-key",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A key is reserved by the loader, which would rewrite the value.",
    message="the key '{found}' is reserved by the loader, which would {effect}",
    help="rename the key, or pass the value as JSON text",
    why=(
        "dag-factory replaces mappings with these keys while loading, so the operator would get another "
        "value than the one written."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    create:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3CreateObjectOperator\n"
        "      s3_key: k\n"
        "      data: {__join__: [a, b]}\n"
    ),
    fix="Rename the key, or pass the value as JSON text.",
    source=(ContractRule(41), Section("1.8")),
)


_EFFECTS = {
    "__args__": "drop it, as there is no __type__ beside it",
    "__join__": "join the items to one text",
    "__and__": "join the items with '&'",
    "__or__": "join the items with '|'",
}


def check_reserved_key(subject: Subject) -> Iterator[Diagnostic]:
    for task, name, value in subject.arguments():
        for node in walk(value):
            if not isinstance(node, Mapping):
                continue
            typed = node.entry("__type__") is not None
            for entry in node.entries:
                key = entry.key.text
                if key not in subject.service.reserved_yaml_keys or key == "__type__" or (typed and key == "__args__"):
                    continue
                effect = _EFFECTS.get(key, "take it for its own")
                yield subject.at(RULE, entry, task, name, found=key, effect=effect)
    for task in subject.tasks:
        for entry in task.node.entries:
            if entry.key.text in subject.service.reserved_yaml_keys:
                yield subject.at(RULE, entry, task, entry.key.text, found=entry.key.text, effect="rewrite the task")
