"""What a DAG is made of, for a reader: its tasks and their order, and its schedule before and after; pure."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from dagconv.assessment.timing import Timing, timing_of
from dagconv.ir.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Node:
    """A task: `operator` is the class as the file names it, `upstream` are the ids of the tasks before it."""

    task_id: str
    operator: str
    upstream: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """The tasks in the file's order; `after` is the schedule as it would be written."""

    nodes: tuple[Node, ...]
    before: Timing
    after: Timing


def outline_of(source: Workflow, lowered: Workflow, now: datetime.datetime) -> Outline:
    """Of a DAG as it was read and as lowering left it."""
    nodes = tuple(Node(task.task_id, task.operator.path.rpartition(".")[2], task.upstream) for task in source.tasks)
    return Outline(
        nodes,
        timing_of(source.schedule, source.start_date, now),
        timing_of(lowered.schedule, lowered.start_date, now),
    )
