"""One definition has one root key, the DAG id, with a mapping below it."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.document import Document
from dagconv.check.node import Mapping, Node, is_null, kind_of, kind_words
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Location, Rule, Section, Severity

RULE = Rule(
    code="DC250",
    slug="not-one-dag",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The definition does not hold exactly one DAG.",
    message="{found}",
    help="{advice}",
    why=(
        "A definition has exactly one root key, which is the DAG id; the service rejects a file with "
        "two, and one without."
    ),
    example=(
        "first:\n"
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
        "second:\n"
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Put each DAG into a file of its own, its id as the only root key.",
    source=(ContractRule(1), Section("1.2")),
)


_FLAT = frozenset({"tasks", "schedule", "schedule_interval", "default_args", "start_date"})
_ADVICE = "write the DAG id as the only root key, with its tasks below"


def check_root(document: Document) -> Iterator[Diagnostic]:
    root = document.root
    if root is None or is_null(root):
        return
    if not isinstance(root, Mapping):
        yield _at(document, root, f"the file holds {kind_words(kind_of(root))} instead of a mapping", _ADVICE)
    elif not root.entries:
        yield _at(document, root, "the file holds an empty mapping", _ADVICE)
    elif flat := [entry.key for entry in root.entries if entry.key.value in _FLAT]:
        advice = "put everything below one root key, the DAG id"
        yield _at(document, flat[0], f"the key '{flat[0].text}' stands at the root of the file", advice)
    elif len(root.entries) > 1:
        ids = ", ".join(entry.key.text for entry in root.entries)
        advice = "put each DAG into a file of its own"
        if any(entry.key.value == "default" for entry in root.entries):
            advice += "; a 'default' block is not part of the format, so merge it into the DAG"
        others = tuple(document.place(entry.key) for entry in root.entries[2:])
        second = root.entries[1].key
        yield _at(document, second, f"the file holds {len(root.entries)} root keys: {ids}", advice, others)


def _at(document: Document, node: Node, found: str, advice: str, related: tuple[Location, ...] = ()) -> Diagnostic:
    return RULE.at(document.place(node), related=related, found=found, advice=advice)
