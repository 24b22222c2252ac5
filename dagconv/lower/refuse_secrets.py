"""Refuses templates that read Airflow Variables and Connections, each with its key: the service has none (rule 37)."""

from __future__ import annotations

from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.task import Task
from dagconv.language.jinja import JinjaError, Reference, parse_template
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import texts_of

VARIABLE = Rule(
    code="DC448",
    slug="template-reads-variable",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template reads an Airflow Variable.",
    message="{key} reads the Airflow Variable {value}, which the service does not have",
    help="say what is to become of it: --template-variables fold or params with its value in --variables FILE, or keep "
    "where a secrets backend serves it",
    why="Variables live in Airflow's database. The service has none unless a secrets backend is set up for it.",
    example="prefix='{{ var.value.prefix }}'",
    fix="Turn the Variable into a param of the DAG, which each run can override.",
    source=(ContractRule(37), Section("3.5"), Section("5")),
)
CONNECTION = Rule(
    code="DC449",
    slug="template-reads-connection",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template reads an Airflow Connection.",
    message="{key} reads the Airflow Connection {value}, which the service does not have",
    help="give host and names as params; credentials belong to the execution role or to Secrets Manager",
    why="Connections live in Airflow's database. The service has none unless a secrets backend is set up for it.",
    example="prefix='{{ conn.warehouse.host }}'",
    fix="Let the called service read the secret itself, and pass only its name.",
    source=(ContractRule(37), Section("3.5"), Section("5")),
)

_COMPUTED = "of a computed name"


def refuse_secrets(lowering: Lowering) -> None:
    for task in lowering.tasks:
        for key, text in texts_of(task):
            _refuse_text(lowering, task, key, text)


def _refuse_text(lowering: Lowering, task: Task, key: str, text: str) -> None:
    try:
        references = parse_template(text).references
    except JinjaError:
        return  # the check of the definition says what is wrong
    # The pass that writes Variables has refused those that it cannot; one of a computed name it does not know.
    chosen = lowering.options.template_variables
    reported: set[tuple[str, str]] = set()
    for reference in references:
        if reference.name not in service().jinja.needs_secrets:
            continue
        rule = VARIABLE if reference.name == "var" else CONNECTION
        name = name_of(reference)
        if rule is VARIABLE and (chosen == "keep" or (chosen != "refuse" and name != _COMPUTED)):
            continue
        if (rule.code, name) not in reported:
            reported.add((rule.code, name))
            lowering.report(rule, task.task_id, key, value=name)


def name_of(reference: Reference) -> str:
    """The key that a reference reads, quoted; `var.value.x`, `var.json.x.y`, `conn.x.host` and their get() forms."""
    path = reference.path[1:] if reference.name == "var" else reference.path
    if path[:1] == ("get",) and reference.call is not None:
        key = reference.call.argument("key", 0)
        return repr(key) if isinstance(key, str) else _COMPUTED
    return repr(path[0]) if path else _COMPUTED
