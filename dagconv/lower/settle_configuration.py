"""Makes explicit what the environment's airflow.cfg gave to DAGs and tasks that leave it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dagconv.catalog.configuration import options, read_flag
from dagconv.diagnostics import Effect, Page, Rule, Severity
from dagconv.ir.schedule import Cron, Delta
from dagconv.ir.task import MISSING, Argument, Origin, Task
from dagconv.ir.value import TimedeltaValue, Value
from dagconv.lower.losses import show
from dagconv.lower.lowering import Lowering

CONFIGURED = Rule(
    code="DC249",
    slug="configured-default",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="The source leaves something out that the environment's configuration gives.",
    message="{key} is left out{where}, and {option} = {value} gives it; made explicit",
    help="no step is needed",
    why="The service has its own configuration, with Airflow's defaults.",
    example="core.default_task_retries = 2",
    fix="default_args={'retries': 2}",
    source=(Page("schemas/configuration.json"),),
)


def settle_configuration(lowering: Lowering) -> None:
    for name, text in sorted(lowering.options.configuration.items()):
        option = options().get(name)
        if option is None:
            continue
        match option.sets:
            case "catchup":
                _settle_catchup(lowering, name, read_flag(text))
            case "cron_data_intervals" | "delta_data_intervals":
                if read_flag(text):
                    _settle_intervals(lowering, name, Cron if option.sets.startswith("cron") else Delta)
            case "timezone":
                pass  # the worker reads the file with it
            case argument:
                value = _value(option.kind, text)
                if value is not None:
                    _settle_argument(lowering, name, argument, value)


def _value(kind: str, text: str) -> Value:
    """None for an option that is set to nothing."""
    if not text.strip():
        return None
    number = int(text)
    return TimedeltaValue(number // 86400, number % 86400, 0) if kind == "seconds" else number


def _settle_argument(lowering: Lowering, option: str, name: str, value: Value) -> None:
    changed = [task.task_id for task in _without(lowering, name)]
    if changed:
        where = f" by {len(changed)} of {len(lowering.workflow.tasks)} tasks"
        lowering.report(CONFIGURED, None, name, where=where, option=option, value=show(value))
    chosen = frozenset(changed)

    def settle(task: Task) -> Task:
        return lowering.set_argument(CONFIGURED, task, name, value) if task.task_id in chosen else task

    lowering.map_tasks(settle)


def _without(lowering: Lowering, name: str) -> Iterator[Task]:
    return (task for task in lowering.tasks if task.argument(name) is None)


def _settle_catchup(lowering: Lowering, option: str, value: bool) -> None:
    workflow = lowering.workflow
    if "catchup" in workflow.era.given or workflow.setting("catchup") is not None:
        return
    lowering.report(CONFIGURED, None, "catchup", where="", option=option, value=show(value))
    # Said, so that no older Airflow's default takes its place.
    given = replace(workflow.era, given=(*workflow.era.given, "catchup"))
    lowering.workflow = replace(workflow, era=given)
    if value:
        lowering.declare(CONFIGURED, None, "catchup", MISSING, True)
        catchup = Argument("catchup", True, Origin.LOWERED, False)
        lowering.workflow = replace(lowering.workflow, settings=(*workflow.settings, catchup))


def _settle_intervals(lowering: Lowering, option: str, kind: type[Cron] | type[Delta]) -> None:
    schedule = lowering.workflow.schedule
    if isinstance(schedule, kind) and not schedule.timetable and not schedule.data_intervals:
        lowering.report(
            CONFIGURED, None, "schedule", where=" whether runs cover intervals", option=option, value="True"
        )
        lowering.set_schedule(CONFIGURED, replace(schedule, data_intervals=True))
