"""Which texts are to be rendered on both sides, and in which runs: pure, from what lowering declared."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence

from dagconv.ir.change import Change
from dagconv.ir.rendering import Occasion, Pair, RenderPlan, Runs
from dagconv.ir.schedule import Cron, Delta, MultipleCron, Schedule
from dagconv.ir.task import Default, Missing, Task
from dagconv.ir.value import EnumValue, OpaqueValue, ParamReference, PathValue, TemplateFileValue, XComValue, walk
from dagconv.ir.workflow import Workflow
from dagconv.language.cron import CronError, next_fires, parse_cron
from dagconv.language.jinja import is_template

_UTC = datetime.timezone.utc
# Name, moment from which on the next fire is taken, and what conf, params and outputs are.
_FIRES = (
    ("an ordinary day", "2025-06-11T00:00:00", "text"),
    ("the end of a month", "2025-04-30T12:00:00", "list"),
    ("a leap day", "2024-02-28T23:59:00", "mapping"),
    ("the day after a leap day", "2024-02-29T12:00:00", "nested"),
    ("New Year", "2024-12-31T12:00:00", "none"),
)
# What was started by hand, and when.
_BY_HAND = (
    ("by hand on an ordinary day", "2025-06-11T10:37:21", "text"),
    ("by hand just into a month", "2025-05-01T00:20:00", "number"),
    ("by hand on a leap day", "2024-02-29T23:40:00", "list"),
    ("by hand just into a year", "2025-01-01T00:05:00", "mapping"),
    ("by hand when clocks go forward", "2025-03-30T01:30:00", "nested"),
    ("by hand when clocks go back", "2025-10-26T01:30:00", "none"),
)
# Settings of a DAG by which its templates have another context than those of a definition.
_CONTEXT_SETTINGS = frozenset(
    {"user_defined_macros", "user_defined_filters", "jinja_environment_kwargs", "template_undefined"}
    | {"render_template_as_native_obj", "template_searchpath"}
)
# What a template may say of the source itself, whose settings a definition drops.
_OF_THE_SOURCE = re.compile(r"\b(?:dag|task|dag_run|run_id)\b|\b(?:ti|task_instance)\s*(?:\[|\.(?!\s*xcom_pull))")


def render_plan(source: Workflow, lowered: Workflow, changes: Sequence[Change], runs: Runs) -> RenderPlan | None:
    """None where no text was written otherwise and every template has the context that it had."""
    instances: dict[str, tuple[str, ...]] = {}
    for change in changes:
        if change.field == "task_id" and change.task_id is not None and isinstance(change.after, str):
            instances[change.after] = (*instances.get(change.after, ()), change.task_id)
    pairs = tuple(_pairs(source, lowered, changes, runs, instances))
    if not pairs:
        return None
    return RenderPlan(source.dag_id, runs, occasions(runs.schedule), pairs, tuple(instances.items()))


def _pairs(
    source: Workflow, lowered: Workflow, changes: Sequence[Change], runs: Runs, instances: Mapping[str, Sequence[str]]
) -> Iterator[Pair]:
    places = {made: (mapped, index) for mapped, names in instances.items() for index, made in enumerate(names)}
    other = runs.generation != "3" or any(setting.name in _CONTEXT_SETTINGS for setting in source.settings)
    other = (
        other
        or getattr(runs.schedule, "data_intervals", False)
        or any(c.task_id is None and c.field == "params" for c in changes)
    )
    rewritten = {c.task_id for c in changes if _is_text(c.before) or _is_text(c.after)}
    for task in lowered.tasks:
        if task.task_id in rewritten or _asks(task, any_template=other or bool(places)):
            yield Pair(task.task_id, *places.get(task.task_id, (task.task_id, None)))


def _is_text(value: Default) -> bool:
    """Whether a value may be rendered: a text with marks, or what rendering makes a text of."""
    parts = () if isinstance(value, Missing) else (part for _, part in walk(value))
    return any(is_template(part) if isinstance(part, str) else isinstance(part, _RENDERED) for part in parts)


_RENDERED = (TemplateFileValue, XComValue, ParamReference, EnumValue, PathValue, OpaqueValue)


def _asks(task: Task, *, any_template: bool) -> bool:
    """Whether templates of the task ask for what differs between source and definition."""
    texts = (part for argument in task.arguments for _, part in walk(argument.value) if isinstance(part, str))
    return any(is_template(text) and (any_template or _OF_THE_SOURCE.search(text)) for text in texts)


def occasions(schedule: Schedule) -> tuple[Occasion, ...]:
    """The runs in which both sides are rendered. Without a schedule all are started by hand."""
    fires = [*_FIRES, ("a change of the clocks", _clock_change(schedule), "number")]
    if isinstance(schedule, MultipleCron):  # each of whose crons it is
        schedule = Cron(schedule.expressions[0], schedule.expressions[0], schedule.timezone)
    if not isinstance(schedule, Cron | Delta):
        by_hand = [(f"by hand: {name}", moment, values) for name, moment, values in fires]
        return tuple(Occasion(name, False, f"{moment}+00:00", values) for name, moment, values in (*by_hand, *_BY_HAND))
    found = [Occasion(name, True, _next_fire(schedule, moment), values) for name, moment, values in fires]
    return (*found, *(Occasion(name, False, f"{moment}+00:00", values) for name, moment, values in _BY_HAND))


def _next_fire(schedule: Cron | Delta, after: str) -> str:
    """The first moment after another at which the schedule fires, in UTC; of a period any moment is one."""
    moment = datetime.datetime.fromisoformat(after)
    if isinstance(schedule, Delta):
        return moment.replace(tzinfo=_UTC).isoformat()
    zone = _zone(schedule)
    try:
        local = moment.replace(tzinfo=_UTC).astimezone(zone).replace(tzinfo=None)
        fires = next_fires(parse_cron(schedule.expression), local, 3)
    except CronError:
        fires = []
    real = (fire for fire in fires if _is_real(fire, zone))
    return next(real, moment).replace(tzinfo=zone if fires else _UTC).astimezone(_UTC).isoformat()


def _is_real(local: datetime.datetime, zone: datetime.tzinfo) -> bool:
    """Whether clocks ever show it."""
    return local.replace(tzinfo=zone).astimezone(_UTC).astimezone(zone).replace(tzinfo=None) == local


def _zone(schedule: Cron) -> datetime.tzinfo:
    try:
        return zoneinfo.ZoneInfo(schedule.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return _UTC


def _clock_change(schedule: Schedule) -> str:
    """A few hours before the clocks of its zone change in 2025, or those of Europe."""
    zone = _zone(schedule) if isinstance(schedule, Cron) else _UTC
    day = datetime.datetime(2025, 1, 1, tzinfo=_UTC)
    days = [day + datetime.timedelta(days=number) for number in range(365)]
    changed = (
        d
        for d in days
        if d.astimezone(zone).utcoffset() != (d + datetime.timedelta(days=1)).astimezone(zone).utcoffset()
    )
    return next(changed, datetime.datetime(2025, 3, 29, 12, tzinfo=_UTC)).replace(tzinfo=None).isoformat()
