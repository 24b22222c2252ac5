"""Drops settings of the template engine where no text depends on them, and refuses them elsewhere (rule 39)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.change import Case
from dagconv.language.jinja import is_template
from dagconv.lower.losses import show
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import texts_of

NATIVE = Rule(
    code="DC223",
    slug="native-rendering",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="Templates are rendered to Python values instead of text, and some are no plain text.",
    message="render_template_as_native_obj: {value} would be rendered to text on the service",
    help="render to text, and let the operator or the called job parse it",
    why="The service ignores the setting and renders every template to text.",
    example="DAG('report', render_template_as_native_obj=True)  # and keys='{{ ti.xcom_pull(...) }}'",
    fix="Write templates whose text is what the operator takes.",
    source=(ContractRule(39), Section("1.3"), Section("5")),
)
ENGINE = Rule(
    code="DC224",
    slug="template-engine-configured",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="The DAG configures Jinja, and templates may depend on it.",
    message="{key}={value}: the service ignores it, and {where} may render differently",
    help="remove the setting and adapt the templates",
    why="The service renders templates with Airflow's own settings.",
    example="DAG('report', jinja_environment_kwargs={'trim_blocks': True})",
    fix="Remove the setting.",
    source=(ContractRule(39), Section("1.3")),
)
LENIENT = Rule(
    code="DC225",
    slug="undefined-names-allowed",
    severity=Severity.WARNING,
    effect=Effect.DROPPED,
    summary="Templates may use names that are not defined.",
    message="template_undefined={value} is ignored by the service: a name that is not defined fails the task; dropped",
    help="write {{{{ name | default('') }}}} where a name may be missing",
    why="The service renders with StrictUndefined, as Airflow does unless told otherwise.",
    example="DAG('report', template_undefined=jinja2.Undefined)",
    fix="Give a default to every name that may be missing.",
    source=(Section("1.3"), Section("5")),
)
NO_EFFECT = Rule(
    code="DC226",
    slug="rendering-setting-unused",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="A setting of the template engine that no text depends on is dropped.",
    message="{key} is dropped: no text of this DAG depends on it",
    help="no step is needed",
    why="Without templates, and without texts that read as Python values, every setting renders the same.",
    example="DAG('report', render_template_as_native_obj=True)  # and no template in it",
    fix="Nothing to do.",
    source=(Section("1.3"),),
)


def refuse_rendering(lowering: Lowering) -> None:
    setting = lowering.workflow.setting("render_template_as_native_obj")
    if setting is not None:
        place = next(_native_texts(lowering), None)
        rule = NATIVE if place else NO_EFFECT
        lowering.report(rule, None, setting.name, value=place)
        lowering.drop_setting(rule, setting.name)
    setting = lowering.workflow.setting("jinja_environment_kwargs")
    if setting is not None:
        place = next(_engine_texts(lowering), None)
        rule = ENGINE if place else NO_EFFECT
        lowering.report(rule, None, setting.name, value=show(setting.value), where=place)
        lowering.drop_setting(rule, setting.name)
    setting = lowering.workflow.setting("template_undefined")
    if setting is not None:
        lowering.report(LENIENT, None, setting.name, value=show(setting.value))
        lowering.diverge(LENIENT, None, setting.name, Case.UNDEFINED, "a failure in place of what it gave")
        lowering.drop_setting(LENIENT, setting.name)


def _native_texts(lowering: Lowering) -> Iterator[str]:
    """Places of texts that a native environment renders to something else than they are."""
    for task in lowering.tasks:
        for name, text in texts_of(task):
            if is_template(text) or _reads_as_python(text):
                yield f"{name} of task {task.task_id}"


def _reads_as_python(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _engine_texts(lowering: Lowering) -> Iterator[str]:
    for task in lowering.tasks:
        for name, text in texts_of(task):
            if is_template(text) or text.endswith(("\n", "\r")) or "#" in text:
                yield f"{name} of task {task.task_id}"
