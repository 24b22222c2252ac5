"""A lowered workflow to the ordered mapping of its definition: DAG level keys, then tasks in topological order."""

from __future__ import annotations

import datetime

from dagconv.diagnostics import Diagnostic, Effect, Rule, Section, Severity
from dagconv.emit.values import Plain, UnwritableError, emit_value
from dagconv.ir import codec
from dagconv.ir.graph import topological_order
from dagconv.ir.schedule import Cron, NoSchedule, Rate, Schedule
from dagconv.ir.task import MISSING, Argument, Origin, Task
from dagconv.ir.value import DatetimeValue, OpaqueValue
from dagconv.ir.workflow import Workflow

VALUE_WITHOUT_FORM = Rule(
    code="DC498",
    slug="definition-value-without-form",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An argument's value is of a type that a definition cannot carry.",
    message="{key} holds {what}, which a definition cannot carry",
    help="give the operator plain values: text, numbers, booleans, lists, dicts, timedelta",
    why="A definition is YAML: what is no plain value has no text that would make the same object again.",
    example="PutObject(task_id='put', client=boto3.client('s3'))",
    fix="Name the thing, and let the operator make it.",
    source=(Section("1.8"),),
)


class UnemittableError(Exception):
    """Something in the workflow has no form in a definition, and no pass said more about it."""

    def __init__(self, task_id: str | None, key: str, what: str) -> None:
        super().__init__(what)
        self.task_id = task_id
        self.key = key
        self.what = what

    def diagnostic(self, workflow: Workflow) -> Diagnostic:
        return VALUE_WITHOUT_FORM.at(
            workflow.locate(self.task_id, self.key),
            dag_id=workflow.dag_id,
            task_id=self.task_id,
            key=self.key,
            what=self.what,
        )


def emit_document(workflow: Workflow) -> dict[str, Plain]:
    """The definition as data, `{dag_id: {...}}`. Raises UnemittableError."""
    body: dict[str, Plain] = {}
    if workflow.description is not None:
        body["description"] = workflow.description
    body["schedule"] = emit_schedule(workflow.schedule)
    for name, date in (("start_date", workflow.start_date), ("end_date", workflow.end_date)):
        if date is not None:
            body[name] = emit_date(date)
    if workflow.params:
        body["params"] = {param.name: _emit(None, "params", param.default) for param in workflow.params}
    if workflow.default_args:
        body["default_args"] = {a.name: _emit_default_arg(a) for a in workflow.default_args}
    tasks = {task.task_id: task for task in workflow.tasks}
    order = topological_order({task_id: task.upstream for task_id, task in tasks.items()})
    body["tasks"] = {task_id: emit_task(workflow, tasks[task_id]) for task_id in order or tasks}
    return {workflow.dag_id: body}


def emit_task(workflow: Workflow, task: Task) -> dict[str, Plain]:
    """One task: its class, what differs from the defaults, and its dependencies. Raises UnemittableError."""
    body: dict[str, Plain] = {"operator": task.operator.target}
    for argument in task.arguments:
        if is_written(workflow, argument):
            body[argument.name] = _emit(task.task_id, argument.name, argument.value)
    if task.upstream:
        body["dependencies"] = list(task.upstream)
    return body


def is_written(workflow: Workflow, argument: Argument) -> bool:
    """Whether an argument stands on the task, rather than in default_args or in a default."""
    if argument.origin is Origin.DEFAULT_ARGS:
        shared = workflow.default_arg(argument.name)
        if shared is not None and codec.same(shared.value, argument.value):
            return False
    elif workflow.default_arg(argument.name) is not None:
        return True
    if argument.name in ("retries", "execution_timeout"):  # the service's defaults are not Airflow's (contract 7)
        return argument.value is not None
    return argument.default is MISSING or not codec.same(argument.value, argument.default)


def emit_schedule(schedule: Schedule) -> Plain:
    """Raises UnemittableError for a schedule that no definition can say."""
    match schedule:
        case NoSchedule():
            return None
        case Cron(text=text, timezone="UTC"):
            return text
        case Rate(minutes=minutes):
            unit, size = next((u, s) for u, s in (("day", 1440), ("hour", 60), ("minute", 1)) if minutes % s == 0)
            count = minutes // size
            return f"rate({count} {unit}{'' if count == 1 else 's'})"
        case _:
            raise UnemittableError(None, "schedule", type(schedule).__name__)


def emit_date(date: DatetimeValue) -> str:
    """A date in UTC as text: the day alone at midnight. dag-factory would ignore an offset (contract 1.5)."""
    moment = datetime.datetime.fromisoformat(date.text)
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    if moment.time() == datetime.time.min:
        return moment.date().isoformat()
    return moment.isoformat()


def _emit_default_arg(argument: Argument) -> Plain:
    if argument.name in ("start_date", "end_date") and isinstance(argument.value, DatetimeValue):
        return emit_date(argument.value)
    return _emit(None, argument.name, argument.value)


def _emit(task_id: str | None, key: str, value: object) -> Plain:
    if value is MISSING:
        return None
    try:
        return emit_value(value)  # type: ignore[arg-type]  # a Default that is not MISSING is a Value
    except UnwritableError as error:
        inner = error.value
        what = inner.path if isinstance(inner, OpaqueValue) else type(inner).__name__
        where = ".".join((key, *error.path))
        raise UnemittableError(task_id, key, f"{what} at {where}") from error
