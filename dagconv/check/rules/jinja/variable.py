"""Names in templates that the service's engine does not have."""

from __future__ import annotations

from collections.abc import Iterator

from dagconv.check.subject import Subject
from dagconv.check.templates import first_of_each, place_of, templates
from dagconv.diagnostics import ContractRule, Diagnostic, Effect, Rule, Section, Severity

REMOVED = Rule(
    code="DC471",
    slug="jinja-removed-variable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template uses a variable that Airflow 3 has removed.",
    message="'{found}' was removed in Airflow 3, so rendering '{key}' fails",
    help="{advice}",
    why="Undefined names raise when the task is rendered, so the task fails in every run.",
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        '      bucket: "b-{{ next_ds }}"\n'
    ),
    fix="Use ds, ts or macros.ds_add instead.",
    source=(ContractRule(35), Section("5")),
)

UNKNOWN = Rule(
    code="DC472",
    slug="jinja-unknown-variable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template uses a variable that does not exist.",
    message="a template has no variable '{found}'{hint}, so rendering '{key}' fails",
    help="use one of {listed}",
    why=("Undefined names raise when the task is rendered. Macros of the user's own do not reach the service."),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        '      bucket: "{{ param.bucket }}"\n'
    ),
    fix="Correct the name, or pass the value as a parameter.",
    source=(ContractRule(35), ContractRule(39), Section("5")),
)

UNLISTED = Rule(
    code="DC473",
    slug="jinja-unlisted-variable",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A template uses a variable that the service's documentation does not list.",
    message="'{found}' is not among the variables that the service documents",
    help="use ds or ts where they do{advice}",
    why=(
        "The engine has these variables, but the documentation leaves them out and AWS's tools call "
        "them unavailable; what they hold for runs that EventBridge starts is not documented."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        '      bucket: "b-{{ run_id }}"\n'
    ),
    fix="Use ds, ts, params or ti.",
    source=(ContractRule(36), Section("5")),
)

CONF = Rule(
    code="DC474",
    slug="jinja-dag-run-conf",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A template reads the configuration of the run, which the service gives as params.",
    message="'{found}' reads the run's configuration, which the service does not document",
    help="{advice}",
    why=(
        "StartWorkflowRun takes OverrideParameters, which arrive as params; there is no documented "
        "configuration of a run."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        "      bucket: \"{{ dag_run.conf['bucket'] }}\"\n"
    ),
    fix="Declare a parameter in params and read params.NAME.",
    source=(ContractRule(34), Section("1.7"), Section("5")),
)

SECRET = Rule(
    code="DC475",
    slug="jinja-needs-secrets",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="A template reads an Airflow variable or connection, for which there is no database.",
    message="'{found}' reads an Airflow {kind}, which the service has only with a secrets backend",
    help="pass it as a parameter, or set up a secrets backend by the workflow's Environment",
    why=(
        "The service has no database of variables and connections. Since November 2026 a secrets "
        "backend or AIRFLOW_VAR_ environment variables can serve them."
    ),
    example=(
        "my_dag:\n"
        "  tasks:\n"
        "    list:\n"
        "      operator: airflow.providers.amazon.aws.operators.s3.S3ListOperator\n"
        '      bucket: "{{ var.value.bucket }}"\n'
    ),
    fix="Pass the value as a parameter, or set up a secrets backend.",
    source=(ContractRule(37), Section("3.5"), Section("5")),
)


# Names that Jinja itself brings along.
_GLOBALS = frozenset({"range", "dict", "lipsum", "cycler", "joiner", "namespace"})


def check_variable(subject: Subject) -> Iterator[Diagnostic]:
    jinja = subject.service.jinja
    for use, template in templates(subject):
        for reference in first_of_each(template.references):
            name = reference.name
            if name in jinja.listed or name in _GLOBALS or reference.tested:
                continue
            place = place_of(subject, use.node, name, reference.start)
            if name in jinja.removed:
                instead, note = jinja.removed[name], jinja.removed_notes.get(name, "")
                advice = f"write {{{{ {instead} }}}}" if instead else note or "pass the value as a parameter"
                yield subject.at(REMOVED, place, use.task, use.key, found=name, advice=advice)
            elif name in jinja.needs_secrets:
                kind = "variable" if name == "var" else "connection"
                yield subject.at(SECRET, place, use.task, use.key, found=reference.dotted, kind=kind)
            elif name == "dag_run" and reference.path[:1] == ("conf",):
                yield subject.at(
                    CONF,
                    place,
                    use.task,
                    use.key,
                    found=reference.dotted,
                    advice=_conf(tuple(map(str, reference.path))),
                )
            elif name in jinja.unlisted:
                advice = ", or params.NAME for values of the run" if name == "dag_run" else ""
                yield subject.at(UNLISTED, place, use.task, use.key, found=name, advice=advice)
            else:
                hint, listed = subject.suggest(name, jinja.listed), ", ".join(sorted(jinja.listed))
                yield subject.at(UNKNOWN, place, use.task, use.key, found=name, hint=hint, listed=listed)


def _conf(path: tuple[str, ...]) -> str:
    word = path[1] if len(path) > 1 and path[1].isidentifier() and path[1] != "get" else "NAME"
    return f"declare the parameter and write {{{{ params.{word} }}}}"
