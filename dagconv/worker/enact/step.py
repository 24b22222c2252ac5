"""A task as it is enacted: one step for each task of a definition, on either side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagconv.ir.enactment import RunPlan
from dagconv.worker.read.mapping import instances, is_mapped


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is the task's id in the definition; `original` the DAG's own task, `task` what runs, which for a mapped
    one is the instance `index`."""

    name: str
    original: Any
    task: Any
    index: int = -1


def steps_of(plan: RunPlan, dag: Any, *, source: bool) -> tuple[Step, ...]:
    """All steps, each after those before it; where the graph leaves it open, by name."""
    names = dict(plan.instances) if source else {}
    found = {step.name: step for task in dag.tasks for step in _steps(task, names)}
    by_task: dict[str, list[Step]] = {}
    for step in found.values():
        by_task.setdefault(step.original.task_id, []).append(step)
    waiting, order = dict(sorted(found.items())), []
    done: set[str] = set()
    while waiting:
        name = next(n for n, step in waiting.items() if _are_done(step, by_task, done))
        done.add(name)
        order.append(waiting.pop(name))
    return tuple(order)


def _steps(task: Any, names: Mapping[str, Sequence[str]]) -> Iterator[Step]:
    if not is_mapped(task):
        yield Step(task.task_id, task, task)
        return
    made = instances(task)
    for index, (name, instance) in enumerate(zip(names.get(task.task_id, ()), made, strict=True)):
        yield Step(name, task, instance, index)


def _are_done(step: Step, by_task: Mapping[str, Sequence[Step]], done: set[str]) -> bool:
    return all(one.name in done for task_id in step.original.upstream_task_ids for one in by_task.get(task_id, ()))
