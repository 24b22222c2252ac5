"""Keeps in default_args what the service takes and acts on, and says the rest on the tasks; runs last (contract 1.4).

Airflow has already applied default_args: each task's arguments tell what it got from there. So nothing has to be
merged again, only to be written where the service reads it.
"""

from __future__ import annotations

from dataclasses import replace

from dagconv.ir import codec
from dagconv.ir.task import Argument, Origin, Task
from dagconv.lower.lowering import Lowering

# Of the ten keys that the service accepts, those that it also acts on and that are not said at the DAG.
KEPT = ("retries", "retry_delay", "execution_timeout", "trigger_rule")
# Of these the service's default is not Airflow's (contract 7).
SAID_ALWAYS = ("retries", "execution_timeout")


def lower_default_args(lowering: Lowering) -> None:
    kept: list[Argument] = []
    for argument in lowering.workflow.default_args:
        shared = _shared_value(lowering.workflow.tasks, argument) if argument.name in KEPT else None
        if shared is not None:
            kept.append(shared)
        else:
            _push_down(lowering, argument.name)
    lowering.workflow = replace(lowering.workflow, default_args=tuple(kept))


def _shared_value(tasks: tuple[Task, ...], argument: Argument) -> Argument | None:
    """The key with the value that all tasks have which took it; None where it would reach a task without it, or says
    what leaving it out says."""
    name = argument.name
    if any(name in task.accepts and task.argument(name) is None for task in tasks):
        return None
    found = [a for a in (task.argument(name) for task in tasks) if a is not None and a.origin is Origin.DEFAULT_ARGS]
    if not found or len({codec.canonical(a.value) for a in found}) > 1:
        return None
    if name not in SAID_ALWAYS and all(codec.same(a.value, a.default) for a in found):
        return None
    return replace(argument, value=found[0].value)


def _push_down(lowering: Lowering, name: str) -> None:
    def rewrite(task: Task) -> Task:
        argument = task.argument(name)
        if argument is None or argument.origin is not Origin.DEFAULT_ARGS:
            return task
        return task.with_argument(replace(argument, origin=Origin.LOWERED))

    lowering.map_tasks(rewrite)
