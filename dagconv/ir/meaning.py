"""The meaning of schedules, params and mappings as canonical text, by which declarations and the proof compare them."""

from __future__ import annotations

from dataclasses import replace

from dagconv.ir import codec
from dagconv.ir.schedule import Cron, Schedule
from dagconv.ir.task import MISSING, Default, Mapping
from dagconv.ir.workflow import Param


def params_text(params: tuple[Param, ...]) -> Default:
    """All params: value, and what a Param object says besides; MISSING where there are none."""
    return codec.canonical(tuple(replace(param, typed=False) for param in params)) if params else MISSING


def mapping_text(mapping: Mapping) -> str:
    """What a task is mapped over, and how."""
    return codec.canonical(mapping)


def schedule_text(schedule: Schedule) -> str:
    """The wording of a cron, and who built its timetable, are left out."""
    if isinstance(schedule, Cron):
        parts = (schedule.expression, schedule.timezone, schedule.data_intervals, schedule.interval)
        immediately = schedule.run_immediately or False
        return codec.canonical(("cron", *parts, immediately))
    return codec.canonical(schedule)
