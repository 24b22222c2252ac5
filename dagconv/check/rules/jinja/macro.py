"""Macros and filters that the engine does not have."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.subject import Subject
from dagconv.check.templates import first_of_each, place_of, templates
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity
from dagconv.language.jinja import unknown_filters

MACRO = Rule(
    code="DC476",
    slug="jinja-unknown-macro",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template uses a macro that does not exist.",
    message="there is no macro '{found}'{hint}, so rendering '{key}' fails",
    help="use one of {known}",
    why=("The attribute is looked up when the task is rendered, and the task fails in every run."),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        '      bucket: "b-{{ macros.ds_ad(ds, 1) }}"\n'
    ),
    fix="Correct the name.",
    source=(ContractRule(35), ContractRule(39), Section("5")),
)

UNLISTED = Rule(
    code="DC477",
    slug="jinja-unlisted-macro",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A template uses a macro that the service's documentation does not list.",
    message="'{found}' is not among the macros that the service documents",
    help="use a documented macro where one does",
    why="The engine has it, but the service documents a shorter list.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        '      bucket: "{{ macros.json.dumps(params.b) }}"\n'
    ),
    fix="Use a documented macro.",
    source=(ContractRule(36), Section("5")),
)

FILTER = Rule(
    code="DC478",
    slug="jinja-unknown-filter",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template uses a filter that does not exist.",
    message="there is no filter '{found}', so rendering '{key}' fails",
    help="correct its name; own filters do not reach the service",
    why="Jinja refuses the template when the task is rendered.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        '      bucket: "b-{{ ds | lowercase }}"\n'
    ),
    fix="Use a filter of Jinja or Airflow.",
    source=(ContractRule(39), Section("5")),
)


def check_macro(subject: Subject) -> Iterator[Diagnostic]:
    jinja = subject.service.jinja
    for use, template in templates(subject):
        for reference in first_of_each(template.macros):
            name = str(reference.path[0]) if reference.path else ""
            place = place_of(subject, use.node, "macros", reference.start)
            if not name or name in jinja.macros:
                continue
            if name in jinja.macros_unlisted:
                yield subject.at(UNLISTED, place, use.task, use.key, found=f"macros.{name}")
            else:
                hint, known = subject.suggest(name, jinja.macros), ", ".join(sorted(jinja.macros))
                yield subject.at(MACRO, place, use.task, use.key, found=f"macros.{name}", hint=hint, known=known)
        for unknown in {found.name: found for found in unknown_filters(template)}.values():
            place = place_of(subject, use.node, unknown.name, 0)
            yield subject.at(FILTER, place, use.task, use.key, found=unknown.name)
