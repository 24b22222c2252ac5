"""Writes tasks of the user's own operators with their classes' paths among the entries of the code package."""

from __future__ import annotations

from dataclasses import replace

from dagconv.ir.task import Task
from dagconv.lower.carry_code import OWN_OPERATOR
from dagconv.lower.lowering import Fate, Lowering


def pack_operators(lowering: Lowering) -> None:
    lowering.map_tasks(lambda task: _pack(lowering, task))


def _pack(lowering: Lowering, task: Task) -> Task:
    if lowering.fates.get(task.task_id) is not Fate.CARRIED or not task.operator.file:
        return task
    path = lowering.add_operator(task.operator)
    lowering.declare(OWN_OPERATOR, task.task_id, "operator", task.operator.path, path)
    return replace(task, operator=replace(task.operator, path=path, target=path))
