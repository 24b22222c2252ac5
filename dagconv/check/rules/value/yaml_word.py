"""Unquoted words that YAML 1.1 reads as another value than the eye does."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from dagconv.check.node import Mapping, Node, Scalar, walk
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC454",
    slug="yaml-word",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="YAML 1.1 reads an unquoted word as a number, a boolean or a date.",
    message="{found} is read as {value}",
    help="write '{found}' in quotes if text is meant, else {plain}",
    why=(
        "The loader follows YAML 1.1: yes, no, on and off are booleans, 010 is octal, 1:30 is counted "
        "in sixties and 2024-01-01 is a date object. Editors with YAML 1.2 show something else."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: b\n"
        "      apply_wildcard: true\n"
        '      delimiter: "/"\n'
        "  params: {country: no, code: 010}\n"
    ),
    fix="Quote what is text; write booleans as true and false, and numbers plainly.",
    source=(ContractRule(41), Section("1.8")),
)


_PLAIN_NUMBER = re.compile(
    r"[-+]?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?|0x[0-9a-fA-F]+|[-+]?\.[0-9]+|[-+]?\.(inf|nan)", re.I
)
_LARGEST = 10**18
_DATES = frozenset({"start_date", "end_date"})


def check_yaml_word(subject: Subject) -> Iterator[Diagnostic]:
    for task, name, value in subject.arguments():
        if name in _DATES:
            continue  # the loader takes dates there
        for node in walk(value):
            if isinstance(node, Mapping):
                for entry in node.entries:
                    yield from _check(subject, entry.key, task, name, value)
            elif isinstance(node, Scalar):
                yield from _check(subject, node, task, name, value)


def _check(subject: Subject, node: Scalar, task: TaskNode | None, name: str, argument: Node) -> Iterator[Diagnostic]:
    value = node.value
    if not node.plain or isinstance(value, str) or value is None:
        return
    severity = Severity.WARNING
    if isinstance(value, bool):
        if node.text.lower() in ("true", "false"):
            return
        if node is argument and _takes_boolean(subject, task, name):
            severity = Severity.INFO  # yes for true, where a boolean belongs: nothing is lost
        plain = "true" if value else "false"
    elif isinstance(value, datetime.date):
        if name == "params":
            return  # said by rule param-not-json
        plain = "a datetime.datetime object"
    elif _PLAIN_NUMBER.fullmatch(node.text):
        return
    else:
        plain = repr(value) if abs(value) < _LARGEST else "a number that is written out"
    shown = f"the date {value}" if isinstance(value, datetime.date) else plain
    yield subject.at(RULE, node, task, name, severity=severity, found=node.text, value=shown, plain=plain)


def _takes_boolean(subject: Subject, task: TaskNode | None, name: str) -> bool:
    if task is None:
        return name != "params" and name in subject.service.dag_keys
    parameter = task.known.parameters.get(name) if task.known else None
    return parameter is not None and "boolean" in parameter.types
