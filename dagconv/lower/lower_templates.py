"""Rewrites template variables that Airflow 3 removed, and dag_run.conf, where another expression says the same."""

from __future__ import annotations

from dagconv.catalog.service import service
from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity, Web
from dagconv.ir.change import Case
from dagconv.ir.schedule import Cron
from dagconv.ir.task import Argument, Task
from dagconv.language.cron import CronError, parse_cron
from dagconv.language.jinja import Reference, Template
from dagconv.lower.losses import show
from dagconv.lower.lowering import Lowering
from dagconv.lower.rewriting import rewrite_templates

REMOVED = Rule(
    code="DC437",
    slug="removed-variable-rewritten",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A template uses a variable that Airflow 3 removed; an expression with the same value is written.",
    message="{key} uses {value}, which Airflow 3 removed; written as {new}",
    help="no step is needed",
    why="Airflow 3, and with it the service, fails to render the removed variables.",
    example="prefix='{{ execution_date }}'  # becomes {{ logical_date }}",
    fix="Nothing to do.",
    source=(
        ContractRule(35),
        Section("5"),
        Web("https://airflow.apache.org/docs/apache-airflow/3.0.0/release_notes.html"),
    ),
)
RUN_CONF = Rule(
    code="DC438",
    slug="run-conf-as-param",
    severity=Severity.WARNING,
    effect=Effect.CHANGED,
    summary="A template reads dag_run.conf, which runs of the service give as params.",
    message="{key} reads {value}; written as {new}, which is how a run of the service is given values",
    help="start runs with OverrideParameters; declare the param where it should have a default",
    why="StartWorkflowRun has no conf. Its OverrideParameters reach the templates as params, as conf does in Airflow.",
    example="prefix=\"{{ dag_run.conf['day'] }}\"  # becomes {{ params['day'] }}",
    fix="Declare the values as params of the DAG.",
    source=(ContractRule(34), Section("1.7"), Section("5")),
)
# Right with any schedule: the same moment, or a day before or after it.
_ANY_SCHEDULE = frozenset(
    {"execution_date", "tomorrow_ds", "tomorrow_ds_nodash", "yesterday_ds", "yesterday_ds_nodash"}
)
_DAY = "macros.ds_add(ds, {})"
_NODASH = 'macros.ds_format(macros.ds_add(ds, {}), "%Y-%m-%d", "%Y%m%d")'
# Right where a run follows each day at the same time: then the next and the last run are a day away.
_DAILY = {
    "next_ds": _DAY.format(1),
    "prev_ds": _DAY.format(-1),
    "next_ds_nodash": _NODASH.format(1),
    "prev_ds_nodash": _NODASH.format(-1),
}


def lower_templates(lowering: Lowering) -> None:
    expressions = {name: text for name, text in service().jinja.removed.items() if name in _ANY_SCHEDULE and text}
    if _is_daily(lowering):
        expressions |= _DAILY
    declared = frozenset(param.name for param in lowering.workflow.params)

    def lower_task(task: Task) -> Task:
        task = rewrite_templates(
            lowering, REMOVED, task, lambda argument, template: _lower(lowering, task, argument, template, expressions)
        )
        return rewrite_templates(
            lowering,
            RUN_CONF,
            task,
            lambda argument, template: _lower_conf(lowering, task, argument, template, declared),
        )

    lowering.map_tasks(lower_task)


def _is_daily(lowering: Lowering) -> bool:
    schedule = lowering.workflow.schedule
    if not isinstance(schedule, Cron):
        return False
    try:
        fields = parse_cron(schedule.expression)
    except CronError:
        return False
    once = len(fields.minutes) == len(fields.hours) == 1
    return once and fields.any_day and fields.any_weekday and len(fields.months) == 12


def _lower(lowering: Lowering, task: Task, argument: Argument, template: Template, expressions: dict[str, str]) -> str:
    def replacement(reference: Reference) -> str | None:
        new = expressions.get(reference.name)
        # Where the template tests whether the variable exists, it provides for its absence itself.
        if new is None or reference.tested or reference.name in template.shadowed:
            return None
        if reference.name in _DAILY:
            how = "a day from its own moment, which stood for both neighbours"
            lowering.diverge(REMOVED, task.task_id, argument.name, Case.MANUAL, how)
        lowering.report(REMOVED, task.task_id, argument.name, value=reference.name, new=new)
        return new

    return template.replace_names(replacement)


def _lower_conf(
    lowering: Lowering, task: Task, argument: Argument, template: Template, declared: frozenset[str]
) -> str:
    def replacement(reference: Reference) -> tuple[int, str] | None:
        found = _as_param(reference, declared, template)
        if found is not None:
            end, new = found
            old, rest = template.text[reference.start : end], template.text[end : reference.call_end or reference.end]
            lowering.report(RUN_CONF, task.task_id, argument.name, value=old + rest, new=new + rest)
            if reference.steps[1].key in declared:
                how = "the default of the param in runs that are given nothing, where the source fails"
                for case in (Case.SCHEDULED, Case.MANUAL):
                    lowering.diverge(RUN_CONF, task.task_id, argument.name, case, how)
        return found

    return template.replace_heads(replacement)


def _as_param(reference: Reference, declared: frozenset[str], template: Template) -> tuple[int, str] | None:
    """The param in place of a value of dag_run.conf, and where that ends; None for what is no literal key of it."""
    if reference.name != "dag_run" or reference.path[:1] != ("conf",) or len(reference.steps) < 2 or reference.dynamic:
        return None
    if "dag_run" in template.shadowed or "params" in template.local_names:
        return None
    step = reference.steps[1]
    if step.key == "get" and reference.call is not None and len(reference.steps) == 2:
        key = reference.call.argument("key", 0)
        # With a declared param, get() would find its default where conf has nothing.
        return (step.end, "params.get") if isinstance(key, str) and key not in declared else None
    called = reference.call is not None and len(reference.steps) == 2
    if called or not isinstance(step.key, str) or (step.attribute and hasattr(dict, step.key)):
        return None
    if reference.tested and step.key in declared:  # its default is there where conf has nothing
        return None
    return step.end, f"params[{show(step.key)}]"
