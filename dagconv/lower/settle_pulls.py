"""Gives pulls of outputs the meaning of the Airflow that the source was written for.

Runs after the DAG's own macros are folded, so that ids which they hold are literals.
"""

from __future__ import annotations

from dagconv.diagnostics import Effect, Engine, Rule, Severity, Web
from dagconv.ir.change import Case
from dagconv.ir.task import Argument, Task
from dagconv.language.jinja import Template, XComPull
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_templates
from dagconv.lower.settle_generation import OLD, UNTOLD, told

UNNAMED = Rule(
    code="DC399",
    slug="pull-without-a-task",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A template that is not of Airflow 3 pulls an output without naming the task.",
    message="{key} pulls {pull} without naming a task: whichever task of the run gave it in Airflow 1.10 and 2, "
    "the task itself in 3; {told}",
    help="name the task in the call: ti.xcom_pull(task_ids='...', key={pull})",
    why="Airflow 3 looks among the outputs of the task itself only, which has none yet when it is rendered.",
    example="{{ ti.xcom_pull(key='path') }}",
    fix="{{ ti.xcom_pull(task_ids='make', key='path') }}",
    source=(
        Engine("airflow.sdk.execution_time.task_runner", "RuntimeTaskInstance.xcom_pull"),
        Web("https://airflow.apache.org/docs/apache-airflow/2.11.0/core-concepts/xcoms.html"),
    ),
)
LISTED = Rule(
    code="DC495",
    slug="pull-of-several-with-gaps",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A template of Airflow 2 pulls from several tasks, of which one may give no result.",
    message="{key} pulls from several tasks: None stands for one without a result, which Airflow 2 leaves out",
    help="no step is needed where every task gives a result; else filter: ... | reject('none') | list",
    why="Airflow 2 gives the results that are there. A pull from several tasks has a place for each in Airflow 3.",
    example="{{ ti.xcom_pull(['copy', 'check']) | length }}",
    fix="Let every task return something, or count values instead of places.",
    source=(Engine("airflow.sdk.execution_time.task_runner", "RuntimeTaskInstance"),),
)


def settle_pulls(lowering: Lowering) -> None:
    if lowering.generation in (*OLD, UNTOLD):
        lowering.map_tasks(lambda task: _tell(lowering, task))


def _tell(lowering: Lowering, task: Task) -> Task:
    """Changes nothing."""

    def tell(argument: Argument, template: Template) -> str:
        pulls = template.xcom_pulls
        for pull in filter(_is_unnamed, pulls):
            why = f"the source is of Airflow {lowering.generation}" if lowering.generation in OLD else told(lowering)
            shown = "its key" if pull.key is None else repr(pull.key)
            lowering.report(UNNAMED, task.task_id, argument.name, pull=shown, told=why)
        if lowering.generation == "2" and any(pull.many for pull in pulls):
            lowering.report(LISTED, task.task_id, argument.name)
            how = "None for each task without a result, which Airflow 2 leaves out"
            lowering.diverge(LISTED, task.task_id, argument.name, Case.NO_OUTPUT, how)
        return template.text

    return rewrite_templates(lowering, LISTED, task, tell)


def _is_unnamed(pull: XComPull) -> bool:
    call = pull.reference.call
    return call is not None and not call.open_ended and call.argument("task_ids", 0) is None
