"""Parameters that templates read and the definition does not declare."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.node import Mapping
from dagconv.check.subject import Subject
from dagconv.check.templates import place_of, templates
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

RULE = Rule(
    code="DC484",
    slug="param-undeclared",
    severity=Severity.INFO,
    effect=Effect.NOTED,
    summary="A template reads a parameter without a default.",
    message="params.{found} has no default in this definition{hint}",
    help="declare it in params, or give it with every run as an override",
    why="A scheduled run gives no parameters, so the template fails to render there.",
    example=(
        "my_dag:\n"
        "  params: {bucket: b}\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        '      bucket: "{{ params.buckets }}"\n'
    ),
    fix="Declare the parameter in params.",
    source=(ContractRule(33), ContractRule(34), Section("1.7")),
)


# Methods of the mapping that params is.
_METHODS = frozenset({"get", "items", "keys", "values", "dump", "validate"})


def check_param(subject: Subject) -> Iterator[Diagnostic]:
    params = subject.dag.get("params")
    declared = {entry.key.text for entry in params.entries} if isinstance(params, Mapping) else set()
    for use, template in templates(subject):
        own = use.task.argument("params")
        here = declared | ({entry.key.text for entry in own.entries} if isinstance(own, Mapping) else set())
        seen: set[str] = set()
        for reference in template.named("params"):
            name = str(reference.path[0]) if reference.path else ""
            method = name in _METHODS and reference.call is not None
            if not name or name in here or name in seen or method or reference.tested:
                continue
            seen.add(name)
            place = place_of(subject, use.node, name, reference.start)
            yield subject.at(RULE, place, use.task, use.key, found=name, hint=subject.suggest(name, here))
