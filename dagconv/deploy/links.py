"""How a DAG hangs together with others of its environment: whom it waits for, starts, and by which assets; pure."""

from __future__ import annotations

import ast
import enum
from collections.abc import Iterator
from dataclasses import dataclass

from dagconv.ir.schedule import Assets
from dagconv.ir.task import Task
from dagconv.ir.value import ListValue, OpaqueValue, TupleValue, Value, walk
from dagconv.ir.workflow import Workflow


class Tie(str, enum.Enum):
    """What a DAG does with the target of a link: a DAG id, or an asset's URI."""

    WAITS = "waits for"
    STARTS = "starts"
    READS = "runs by"
    WRITES = "writes"


@dataclass(frozen=True, slots=True)
class Link:
    """`target` is empty where only a run knows it; `task` is the task's id, empty for a schedule."""

    tie: Tie
    target: str
    task: str = ""


# The class, also as a base of the user's own, and the argument that names the other DAG.
_NAMING = {
    "ExternalTaskSensor": (Tie.WAITS, "external_dag_id"),
    "TriggerDagRunOperator": (Tie.STARTS, "trigger_dag_id"),
}
_BY_ARGUMENT = {argument: tie for tie, argument in _NAMING.values()}


def links_of(workflow: Workflow) -> tuple[Link, ...]:
    """The links of a DAG that was read."""
    found = [link for task in workflow.tasks for link in _of_task(task)]
    if isinstance(workflow.schedule, Assets):
        found += [Link(Tie.READS, uri) for uri in workflow.schedule.uris or ("",)]
    return tuple(dict.fromkeys(found))


def links_in(text: str) -> tuple[Link, ...]:
    """The links that the text of a file shows which could not be read: calls that name another DAG.

    A text that is no Python of today may have links of any kind.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return tuple(Link(tie, "") for tie in _BY_ARGUMENT.values())
    keywords = (k for node in ast.walk(tree) if isinstance(node, ast.Call) for k in node.keywords)
    found = [
        Link(
            _BY_ARGUMENT[keyword.arg], _named(keyword.value.value if isinstance(keyword.value, ast.Constant) else None)
        )
        for keyword in keywords
        if keyword.arg in _BY_ARGUMENT
    ]
    return tuple(dict.fromkeys(found))


def _of_task(task: Task) -> Iterator[Link]:
    classes = {path.rpartition(".")[2] for path in (task.operator.path, task.operator.target, *task.operator.bases)}
    for name, (tie, argument) in _NAMING.items():
        if name in classes:
            for target in _targets(task, argument):
                yield Link(tie, target, task.task_id)
    outlets = task.argument("outlets")
    for _, part in walk(outlets.value) if outlets else ():
        if isinstance(part, OpaqueValue) and part.uri:
            yield Link(Tie.WRITES, part.uri, task.task_id)


def _targets(task: Task, argument: str) -> Iterator[str]:
    """The DAG ids that an argument names, also one that is mapped over a list."""
    given = task.argument(argument)
    mapped = task.mapping.inputs.get(argument) if task.mapping else None
    match mapped:
        case ListValue(items) | TupleValue(items) if given is None:
            yield from map(_named, items)
        case _:
            yield _named(given.value if given else None)


def _named(value: Value | object) -> str:
    """Nothing for what is no text, or one that is rendered first."""
    return value if isinstance(value, str) and "{{" not in value and "{%" not in value else ""
