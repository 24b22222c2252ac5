"""Dates that move with the import: a DAG's start counted from now() or today() differs in its two loads by just as much
as their clocks did, and is then known for what it is, as days_ago() is."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

from dagconv.ir.task import Argument
from dagconv.ir.value import DatetimeValue, Value
from dagconv.ir.workflow import Workflow
from dagconv.wire.answer import Loaded

_DATES = ("start_date", "end_date")
# The two loads of a file do not begin at the same moment.
_APART = datetime.timedelta(seconds=120)


def settle_moving_dates(
    first: Sequence[Loaded], second: Sequence[Loaded], shift: datetime.timedelta
) -> tuple[tuple[Loaded, ...], tuple[Loaded, ...]]:
    """Both loads with the moving dates of DAGs named in `era.relative`, and the second with those of the first."""
    if len(first) != len(second):
        return tuple(first), tuple(second)
    pairs = [_settle(one, two, shift) for one, two in zip(first, second, strict=True)]
    return tuple(one for one, _ in pairs), tuple(two for _, two in pairs)


def _settle(one: Loaded, two: Loaded, shift: datetime.timedelta) -> tuple[Loaded, Loaded]:
    ours, theirs = one.workflow, two.workflow
    for name in _DATES if ours.dag_id == theirs.dag_id else ():
        before, after = getattr(ours, name), getattr(theirs, name)
        moved = _moved_by(before, after)
        if moved is None:
            continue
        clock = abs(moved - shift) <= _APART
        # A day's beginning moves by whole days, by one more where midnight lies between the hours.
        if clock or moved - datetime.timedelta(days=shift.days) in (datetime.timedelta(), datetime.timedelta(days=1)):
            ours, theirs = (_marked(side, name, clock) for side in (ours, theirs))
            theirs = _with_date(theirs, name, after, before)
    return replace(one, workflow=ours), replace(two, workflow=theirs)


def _moved_by(one: Value, two: Value) -> datetime.timedelta | None:
    if not isinstance(one, DatetimeValue) or not isinstance(two, DatetimeValue):
        return None
    try:
        return datetime.datetime.fromisoformat(two.text) - datetime.datetime.fromisoformat(one.text)
    except (TypeError, ValueError):  # one of them with a zone, the other without
        return None


def _marked(workflow: Workflow, name: str, clock: bool) -> Workflow:
    era = workflow.era
    relative = tuple(sorted({*era.relative, name}))
    return replace(workflow, era=replace(era, relative=relative, clock=(*era.clock, *[name] * clock)))


def _with_date(workflow: Workflow, name: str, old: Value, date: DatetimeValue) -> Workflow:
    """With this date in place of the old one, also where tasks and default_args have it from the same value."""

    def held(arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
        return tuple(replace(a, value=date) if a.name == name and a.value == old else a for a in arguments)

    tasks = tuple(replace(task, arguments=held(task.arguments)) for task in workflow.tasks)
    changed = {name: date, "tasks": tasks, "default_args": held(workflow.default_args)}
    return replace(workflow, **changed)  # type: ignore[arg-type]  # names of fields as data
