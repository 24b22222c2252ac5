"""Writes a task's output given as an argument as a template, where the rendered text is that output (contract 5)."""

from __future__ import annotations

import functools

from dagconv.catalog.files import read_schema
from dagconv.catalog.rendering import is_rendered
from dagconv.diagnostics import Effect, Engine, Means, Remedy, Rule, Section, Severity
from dagconv.ir.change import Case
from dagconv.ir.task import Argument, Task
from dagconv.ir.value import OutputValue, Value, XComValue
from dagconv.lower.losses import show
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_arguments

AS_TEMPLATE = Rule(
    code="DC413",
    slug="task-output-as-template",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A task's output given to an argument is written as an xcom_pull template.",
    message="{key} is the output of {source}; written as a template that pulls it",
    help="no step is needed",
    why="A definition has no objects for outputs. Its operator returns text, which a template renders unchanged.",
    example="EmrTerminateJobFlowOperator(task_id='stop', job_flow_id=create.output)",
    fix="Nothing to do.",
    source=(Engine("dagfactory.dagbuilder", "DagBuilder.make_task"),),
)
NOT_TEXT = Rule(
    code="DC414",
    slug="task-output-not-text",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task's output given to an argument is not known to be text.",
    message="{key} is the output{part} of {source}, which {reason}",
    help="pull the part that the argument needs in a template, {{{{ ti.xcom_pull(task_ids='{source}')... }}}}; or say "
    "--code-package --accept typed-outputs, which keeps its type, or --accept text-outputs if it is text",
    why="Airflow hands the object itself over; a template renders text, so that lists and mappings would change.",
    example="GlueJobOperator(task_id='job', script_args=lambda_task.output)",
    fix="Write the template yourself, so that it gives the text that is meant.",
    source=(Section("5"),),
)
AS_OBJECT = Rule(
    code="DC530",
    slug="task-output-as-object",
    severity=Severity.ERROR,
    effect=Effect.CHANGED,
    summary="A task's output of unknown type given to an argument is pulled by an object of the code package.",
    message="{key} is the output of {source}; written as an object of the code package that pulls it with its type",
    help="try the workflow once: that the service builds objects of a package is not documented",
    why="A template would make text of the output. An object that resolves itself keeps lists and mappings, as "
    "Airflow's own reference to an output does.",
    example="EmrAddStepsOperator(task_id='steps', job_flow_id='j', steps=make_steps())",
    fix="Pull the part that the argument needs in a template where it is text.",
    source=(Section("1.8"), Engine("dagfactory.utils", "cast_with_type")),
    accept="typed-outputs",
    remedy=Remedy(Means.ACCEPT),
)
AS_TEXT = Rule(
    code="DC531",
    slug="task-output-as-text",
    severity=Severity.ERROR,
    effect=Effect.CHANGED,
    summary="A task's output of unknown type given to an argument is written as a template, which makes text of it.",
    message="{key} is the output of {source}; written as a template: a list or mapping would become text, as accepted",
    help="make sure that {source} gives text, or say --accept typed-outputs instead",
    why="A template renders text. Where the output is text already, that changes nothing.",
    example="GlueJobOperator(task_id='job', script_location=prepare())",
    fix="Return text.",
    source=(Section("5"),),
    accept="text-outputs",
    remedy=Remedy(Means.ACCEPT),
)
TRANSFORMED = Rule(
    code="DC415",
    slug="task-output-transformed",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task's output is mapped, zipped or concatenated.",
    message="{key} is the output of {source} through .{steps}(), which has no form in a definition",
    help="do the step in the job that makes or takes the value",
    why="XComArg.map runs a Python function; zip and concat combine outputs that a template cannot.",
    example="S3ListOperator(...).output.map(basename)",
    fix="Let a task return what the next one needs.",
    source=(Section("3.6"),),
)


@functools.cache
def text_outputs() -> frozenset[str]:
    """Paths of classes whose result is text, by their code (amazon provider 9.32.0)."""
    return frozenset(read_schema("outputs.json")["text"])


def lower_xcoms(lowering: Lowering) -> None:
    lowering.map_tasks(lambda task: _lower_task(lowering, task))


def _lower_task(lowering: Lowering, task: Task) -> Task:
    def take(argument: Argument, part: Value) -> Value:
        return _as_object(lowering, task, argument, part) if isinstance(part, XComValue) else part

    def take_as_text(argument: Argument, part: Value) -> Value:
        return _as_text(lowering, task, argument, part) if isinstance(part, XComValue) else part

    def lower(argument: Argument, part: Value) -> Value:
        return _template(lowering, task, argument, part) if isinstance(part, XComValue) else part

    if lowering.code is not None and AS_OBJECT.accept in lowering.options.accept:
        task = rewrite_arguments(lowering, AS_OBJECT, task, take)
    elif AS_TEXT.accept in lowering.options.accept:
        task = rewrite_arguments(lowering, AS_TEXT, task, take_as_text)
    return rewrite_arguments(lowering, AS_TEMPLATE, task, lower)


def _is_of_unknown_type(lowering: Lowering, task: Task, argument: Argument, xcom: XComValue) -> bool:
    """Whether nothing but its type stands in the way of an output."""
    source = lowering.workflow.task(xcom.task_id)
    plain = not xcom.steps and argument.name in task.template_fields
    single = source is not None and source.mapping is None and xcom.task_id not in lowering.unrolled
    return plain and single and _obstacle(lowering, task, argument, source, xcom) is not None


def _as_object(lowering: Lowering, task: Task, argument: Argument, xcom: XComValue) -> Value:
    if not _is_of_unknown_type(lowering, task, argument, xcom):
        return xcom
    lowering.report(AS_OBJECT, task.task_id, argument.name, source=xcom.task_id, severity=Severity.WARNING)
    lowering.pulls_objects = True
    optional = xcom.key == "return_value" or xcom.task_id in lowering.spreading
    return OutputValue(f"{lowering.entry_module}.Output", xcom.task_id, xcom.key, optional)


def _as_text(lowering: Lowering, task: Task, argument: Argument, xcom: XComValue) -> Value:
    if not _is_of_unknown_type(lowering, task, argument, xcom):
        return xcom
    lowering.report(AS_TEXT, task.task_id, argument.name, source=xcom.task_id, severity=Severity.WARNING)
    key = "" if xcom.key == "return_value" else f", key={show(xcom.key)}"
    return f"{{{{ ti.xcom_pull(task_ids={show(xcom.task_id)}{key}) }}}}"


def _template(lowering: Lowering, task: Task, argument: Argument, xcom: XComValue) -> Value:
    source = lowering.workflow.task(xcom.task_id)
    if xcom.steps:
        lowering.report(TRANSFORMED, task.task_id, argument.name, source=xcom.task_id, steps=xcom.steps[-1])
        return xcom
    reason = _obstacle(lowering, task, argument, source, xcom)
    if reason:
        part = "" if xcom.key == "return_value" else f"[{xcom.key!r}]"
        lowering.report(NOT_TEXT, task.task_id, argument.name, source=xcom.task_id, part=part, reason=reason)
        return xcom
    lowering.report(AS_TEMPLATE, task.task_id, argument.name, source=xcom.task_id)
    lowering.diverge(AS_TEMPLATE, task.task_id, argument.name, Case.OTHER_OUTPUT, "text, which this output always is")
    return f"{{{{ ti.xcom_pull(task_ids={show(xcom.task_id)}) }}}}"


def _obstacle(lowering: Lowering, task: Task, argument: Argument, source: Task | None, xcom: XComValue) -> str | None:
    if not is_rendered(task, argument.name):
        return "the argument is not a template"
    if xcom.task_id in lowering.unrolled:
        return "is mapped, so that its output is a list"
    if source is None or source.mapping is not None:
        return "has no single output in this DAG"
    if xcom.key != "return_value":
        return "is not known to be text"
    if source.operator.target not in text_outputs():
        return f"comes from {source.operator.target.rpartition('.')[2]}, whose result is not known to be text"
    return None
