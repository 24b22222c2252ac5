"""What the rules judge: one definition with its parts found and its operator classes looked up."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from typing import Union

from dagconv.catalog.operators import OperatorClass, Operators, Parameter, Status
from dagconv.catalog.service import Service
from dagconv.check.document import Document
from dagconv.check.nearest import Hints
from dagconv.check.node import Entry, Mapping, Node, Scalar, Sequence, Span, text_of
from dagconv.diagnostics import Diagnostic, Location, Rule, Severity

Place = Union[Node, Entry, Span]  # noqa: UP007


@dataclass(frozen=True, slots=True)
class TaskNode:
    """A task that is a mapping. `operator` is the text given, `known` its class if it has a catalog entry.

    `upstream` are the ids in `dependencies` that are text, in the order of the file.
    """

    task_id: str
    key: Scalar
    node: Mapping
    operator: str | None
    known: OperatorClass | None
    upstream: tuple[str, ...]

    @property
    def signature(self) -> OperatorClass | None:
        """The class if its arguments are known and worth checking: a base class or phantom is wrong in any case."""
        known = self.known
        if known is None or known.open_arguments or known.status in (Status.ABSTRACT, Status.PHANTOM):
            return None
        return known

    @property
    def class_place(self) -> Node:
        """Where the class is named, or is not."""
        return self.node.get("operator") or self.key

    def argument(self, name: str) -> Node | None:
        return self.node.get(name)

    def known_arguments(self) -> Iterator[tuple[OperatorClass, Entry, Parameter]]:
        """The arguments that the class has, where its arguments are known, with the class and what it says of each."""
        known = self.signature
        for entry in self.node.entries if known is not None else ():
            parameter = known.parameters.get(entry.key.text) if known is not None else None
            if known is not None and parameter is not None:
                yield known, entry, parameter


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """`key` and `dag` are the root entry; `tasks` are those of `tasks` that are mappings with a text id.

    `by_id` finds one, `task_ids` are all keys of `tasks`. `now` is the moment of the check, timezone-aware UTC.
    """

    document: Document
    operators: Operators
    service: Service
    now: datetime.datetime
    key: Scalar
    dag_id: str
    dag: Mapping
    tasks: tuple[TaskNode, ...]
    by_id: MappingABC[str, TaskNode]
    upstream: MappingABC[str, tuple[str, ...]]
    task_ids: frozenset[str]
    hints: Hints = field(default_factory=Hints)

    @property
    def default_args(self) -> Mapping | None:
        found = self.dag.get("default_args")
        return found if isinstance(found, Mapping) else None

    def arguments(self) -> Iterator[tuple[TaskNode | None, str, Node]]:
        """Every value with the task and the name under which it is an argument: DAG level, default_args, tasks."""
        for entry in self.dag.entries:
            if entry.key.value == "tasks":
                continue
            if entry.key.value == "default_args" and isinstance(entry.value, Mapping):
                yield from ((None, item.key.text, item.value) for item in entry.value.entries)
            else:
                yield None, entry.key.text, entry.value
        for task in self.tasks:
            yield from ((task, item.key.text, item.value) for item in task.node.entries)

    def settings(self, name: str) -> Iterator[tuple[TaskNode | None, Node]]:
        """Every value that a setting of tasks has: in default_args (None for the task), then in each task."""
        shared = self.default_args.get(name) if self.default_args else None
        for task, node in ((None, shared), *((task, task.node.get(name)) for task in self.tasks)):
            if node is not None:
                yield task, node

    def suggest(self, word: str, known: Iterable[str]) -> str:
        """` (did you mean 'x'?)`, or nothing."""
        found = self.hints.nearest(word, known)
        return f" (did you mean '{found[0]}'?)" if found else ""

    def nearest_operators(self, path: str, count: int = 3) -> tuple[str, ...]:
        return self.hints.nearest_operators(self.operators, path, count)

    def effective(self, task: TaskNode, name: str) -> Node | None:
        """The value that a task has for an argument: its own, else that of default_args."""
        own = task.node.get(name)
        if own is not None or self.default_args is None:
            return own
        return self.default_args.get(name)

    def at(
        self,
        rule: Rule,
        place: Place,
        task: TaskNode | str | None = None,
        key: str | None = None,
        *,
        related: tuple[Place, ...] = (),
        severity: Severity | None = None,
        **params: object,
    ) -> Diagnostic:
        """A finding at a node, or at the key of an entry."""
        return rule.at(
            self.locate(place),
            dag_id=self.dag_id,
            task_id=task.task_id if isinstance(task, TaskNode) else task,
            key=key,
            related=tuple(self.locate(other) for other in related),
            severity=severity,
            **params,
        )

    def locate(self, place: Place) -> Location:
        """The location of a place; of a block list or mapping only where it starts."""
        if isinstance(place, Span):
            return place.location(self.document.file)
        return self.document.place(place.key if isinstance(place, Entry) else place)


def read_subject(document: Document, operators: Operators, service: Service, now: datetime.datetime) -> Subject | None:
    """The only root entry of a document, or None when there is no such entry with a mapping below."""
    root = document.root
    if not isinstance(root, Mapping) or len(root.entries) != 1:
        return None
    entry = root.entries[0]
    if not isinstance(entry.value, Mapping):
        return None
    tasks = _read_tasks(entry.value.get("tasks"), operators)
    by_id = {task.task_id: task for task in tasks}
    upstream = {task.task_id: task.upstream for task in tasks}
    found = entry.value.get("tasks")
    ids = frozenset(item.key.text for item in found.entries) if isinstance(found, Mapping) else frozenset()
    dag_id = entry.key.text
    return Subject(document, operators, service, now, entry.key, dag_id, entry.value, tasks, by_id, upstream, ids)


def _read_tasks(node: Node | None, operators: Operators) -> tuple[TaskNode, ...]:
    if not isinstance(node, Mapping):
        return ()
    return tuple(
        _read_task(entry.key, entry.value, operators) for entry in node.entries if isinstance(entry.value, Mapping)
    )


def _read_task(key: Scalar, node: Mapping, operators: Operators) -> TaskNode:
    operator = text_of(node.get("operator"))
    known = _find(operator, operators) if operator else None
    found = node.get("dependencies")
    items = found.items if isinstance(found, Sequence) else ()
    upstream = tuple(text for text in map(text_of, items) if text is not None)
    return TaskNode(str(key.value), key, node, operator, known, upstream)


def _find(operator: str, operators: Operators) -> OperatorClass | None:
    """The class of a path; an old path stands for the class that moved (rule operator-moved)."""
    return operators.find(operator) or operators.find(operators.canonical(operator))
