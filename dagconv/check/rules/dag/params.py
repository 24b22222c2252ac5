"""Run parameters: a mapping of plain values."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from dagconv.check.node import Entry, Mapping, Scalar, is_null, kind_of, kind_words, text_of, walk
from dagconv.check.subject import Subject, TaskNode
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

NOT_A_MAPPING = Rule(
    code="DC263",
    slug="params-not-a-mapping",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="params is not a mapping.",
    message="params is {found} instead of a mapping",
    help="write a mapping of names and default values",
    why="The deployment fails when params is anything but a mapping.",
    example=(
        'my_dag:\n  params: "bucket=my-bucket"\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n'
    ),
    fix="Write a mapping of names and default values.",
    source=(ContractRule(33), Section("1.7")),
)

NOT_JSON = Rule(
    code="DC264",
    slug="param-not-json",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A parameter's value cannot be written as JSON.",
    message="the parameter '{param}' is {found}, which JSON has no form for",
    help="put it in quotes",
    why=("Airflow checks that each default is JSON and raises on anything else; an unquoted date is the usual case."),
    example=(
        "my_dag:\n  params: {day: 2024-01-01}\n  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Put the value in quotes.",
    source=(ContractRule(33), Section("1.7")),
)

SCHEMA = Rule(
    code="DC265",
    slug="param-literal-schema",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="A parameter written as {type, default} is a literal mapping, not a typed parameter.",
    message=("the parameter '{found}' is a mapping with 'default', which the engine takes as it stands"),
    help="write the default value itself",
    why=(
        "dag-factory does not know typed parameters, so without an override a template renders the "
        "whole mapping; the type is checked by nobody."
    ),
    example=(
        "my_dag:\n"
        "  params: {limit: {type: integer, default: 10}}\n"
        "  tasks: {copy: {operator: airflow.operators.empty.EmptyOperator}}\n"
    ),
    fix="Write the default value itself.",
    source=(ContractRule(33), Section("1.7")),
)


def check_params(subject: Subject) -> Iterator[Diagnostic]:
    entry = subject.dag.entry("params")
    if entry is not None:
        yield from _check_entry(subject, None, entry)


def check_task_params(subject: Subject, task: TaskNode) -> Iterator[Diagnostic]:
    entry = task.node.entry("params")
    empty = entry is not None and is_null(entry.value)
    if entry is not None and not empty:
        yield from _check_entry(subject, task, entry)


def _check_entry(subject: Subject, task: TaskNode | None, entry: Entry) -> Iterator[Diagnostic]:
    if not isinstance(entry.value, Mapping):
        yield subject.at(NOT_A_MAPPING, entry, task, "params", found=kind_words(kind_of(entry.value)))
        return
    for param in entry.value.entries:
        yield from _check_param(subject, task, param)


def _check_param(subject: Subject, task: TaskNode | None, param: Entry) -> Iterator[Diagnostic]:
    name, value = param.key.text, param.value
    key = name if task is None else "params"
    if isinstance(value, Mapping) and value.get("default") is not None and text_of(value.get("__type__")) is None:
        yield subject.at(SCHEMA, param, task, key, found=name)
    for node in walk(value):
        if isinstance(node, Scalar) and not _is_json(node):
            yield subject.at(NOT_JSON, node, task, key, param=name, found=f"the value {node.text}")


def _is_json(node: Scalar) -> bool:
    value = node.value
    if isinstance(value, float):
        return value == value and abs(value) != float("inf")
    return not isinstance(value, datetime.date)
