"""Flattens task groups: the tasks' ids carry the group's name and their edges run from task to task already."""

from __future__ import annotations

from dataclasses import replace

from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.lower.lowering import Lowering

TASK_GROUPS = Rule(
    code="DC214",
    slug="task-groups",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="The DAG has task groups.",
    message="task groups {value} are flattened: their tasks keep ids and order, the frames around them are gone",
    help="no step is needed",
    why="The service rejects task_groups. Ids such as group.task are legal, and edges between groups are edges "
    "between their first and last tasks.",
    example="with TaskGroup('load'): S3ListOperator(task_id='list', bucket='b')  # becomes load.list",
    fix="Nothing to do.",
    source=(ContractRule(14), Section("1.2")),
)
EDGE_LABELS = Rule(
    code="DC215",
    slug="edge-labels",
    severity=Severity.INFO,
    effect=Effect.DROPPED,
    summary="Edges between tasks have labels.",
    message="labels of edges ({value}, such as '{label}') are dropped",
    help="no step is needed",
    why="A definition says which tasks a task waits for, not what the edges are called.",
    example="first >> Label('ok') >> second",
    fix="Nothing to do.",
    source=(Section("1.2"),),
)


def flatten_groups(lowering: Lowering) -> None:
    workflow = lowering.workflow
    if workflow.groups:
        names = ", ".join(sorted(group.group_id for group in workflow.groups))
        lowering.report(TASK_GROUPS, value=names)
    labels = [label for task in workflow.tasks for _, label in task.edge_labels]
    if labels:
        lowering.report(EDGE_LABELS, value=len(labels), label=labels[0])
    # Both are drawing only, so the proof leaves them out on either side.
    lowering.workflow = replace(workflow, groups=())
    lowering.map_tasks(lambda task: replace(task, group=None, edge_labels=()))
