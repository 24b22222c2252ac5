"""Writes a task's output given as an argument as a template, where the rendered text is that output (contract 5)."""

from __future__ import annotations

import functools

from dagconv.catalog.files import read_schema
from dagconv.catalog.rendering import is_rendered
from dagconv.diagnostics import Effect, Engine, Rule, Section, Severity
from dagconv.ir.change import Case
from dagconv.ir.task import Argument, Task
from dagconv.ir.value import Value, XComValue
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
    help="pull the part that the argument needs in a template: {{{{ ti.xcom_pull(task_ids='{source}')... }}}}",
    why="Airflow hands the object itself over; a template renders text, so that lists and mappings would change.",
    example="GlueJobOperator(task_id='job', script_args=lambda_task.output)",
    fix="Write the template yourself, so that it gives the text that is meant.",
    source=(Section("5"),),
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
    def lower(argument: Argument, part: Value) -> Value:
        return _template(lowering, task, argument, part) if isinstance(part, XComValue) else part

    return rewrite_arguments(lowering, AS_TEMPLATE, task, lower)


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
