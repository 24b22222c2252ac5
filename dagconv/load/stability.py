"""What differs between two imports of one file, each at its place: such a DAG has no fixed meaning to write."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dagconv.diagnostics import Diagnostic, Location
from dagconv.ir import codec
from dagconv.ir.code import UNSETTLED
from dagconv.ir.schedule import Cron
from dagconv.ir.task import Argument, Origin, Task
from dagconv.ir.value import ListValue, MapValue, TimedeltaValue, TupleValue, Value, walk
from dagconv.ir.workflow import Workflow
from dagconv.load import dag_rules
from dagconv.wire.answer import Loaded

_MISSING = "missing"
# How Python prints an object without a text of its own.
_ADDRESS = re.compile(r"<[^<>]* at 0x[0-9a-f]{6,16}>")
_FIELDS = ("description", "schedule", "start_date", "end_date", "params", "groups")
_INHERITED = frozenset({Origin.DEFAULT_ARGS, Origin.GROUP})


def differences(first: Sequence[Loaded], second: Sequence[Loaded], path: Path) -> Iterator[Diagnostic]:
    """The DAGs of both imports, paired by id, and where an id comes twice by order."""
    ours, theirs = _numbered(first), _numbered(second)
    for key in sorted(ours.keys() ^ theirs.keys()):
        place = ours[key].location if key in ours else Location(str(path))
        yield _differs(place, f"DAG {key[0]}", *_presence(key in ours))
    for key, workflow in ours.items():
        yield from _addresses(workflow)
        if key in theirs and theirs[key] is not workflow and not codec.same(workflow, theirs[key]):
            yield from _workflow_differences(workflow, theirs[key])


def _addresses(workflow: Workflow) -> Iterator[Diagnostic]:
    """Two imports may come to the same address by chance."""
    for task in workflow.tasks:
        for argument in task.arguments:
            texts = (part for _, part in walk(argument.value) if isinstance(part, str))
            found = next((match for text in texts if (match := _ADDRESS.search(text))), None)
            if found is not None:
                place = workflow.locate(task.task_id, argument.name)
                shown = re.sub(" at 0x[0-9a-f]+", " at 0x...", found[0])
                yield dag_rules.ADDRESS.at(place, what=f"{argument.name} of task {task.task_id}", value=shown)


def settle_code(first: Sequence[Loaded], second: Sequence[Loaded]) -> Iterator[Loaded]:
    """The DAGs of the first import, whose testimony about code says UNSETTLED of what the second had otherwise: a value
    that the code computes when it is imported, which each import computes anew."""
    others = {dag.workflow.dag_id: dag.code for dag in second}
    for dag in first:
        other = others.get(dag.workflow.dag_id)
        if dag.code is None or other is None or dag.code == other:
            yield dag
            continue
        callables = {
            task_id: _settled(facts, other.callables.get(task_id, {})) for task_id, facts in dag.code.callables.items()
        }
        process = _settled(dag.code.process, other.process)
        yield replace(dag, code=replace(dag.code, callables=callables, process=process))


def _settled(one: Mapping[str, str], two: Mapping[str, str]) -> dict[str, str]:
    return {place: fact if two.get(place) == fact else UNSETTLED for place, fact in one.items()}


def _numbered(dags: Iterable[Loaded]) -> dict[tuple[str, int], Workflow]:
    found: dict[tuple[str, int], Workflow] = {}
    for dag in dags:
        number = sum(1 for dag_id, _ in found if dag_id == dag.workflow.dag_id)
        found[dag.workflow.dag_id, number] = dag.workflow
    return found


def _presence(first: bool) -> tuple[str, str]:
    return ("there", _MISSING) if first else (_MISSING, "there")


def _differs(place: Location | None, what: str, before: str, after: str) -> Diagnostic:
    return dag_rules.CHANGES_BETWEEN_LOADS.at(place, what=what, before=before, after=after)


def _workflow_differences(one: Workflow, two: Workflow) -> Iterator[Diagnostic]:
    defaults = dict(_argument_differences(one.default_args, two.default_args))
    for name, (before, after) in defaults.items():
        place = one.locate(None, name) if name in ("start_date", "end_date") else one.locate(None, "default_args")
        yield _differs(place, f"{name} in default_args of DAG {one.dag_id}", before, after)
    for name, (before, after) in _argument_differences(one.settings, two.settings):
        yield _differs(one.locate(None, name), f"{name} of DAG {one.dag_id}", before, after)
    for name in _FIELDS:
        ours, theirs = getattr(one, name), getattr(two, name)
        # The DAG takes its dates from default_args where it has none of its own.
        if name not in defaults and codec.canonical(ours) != codec.canonical(theirs):
            yield _differs(one.locate(None, name), f"{name} of DAG {one.dag_id}", readable(ours), readable(theirs))
    yield from _tasks_differences(one, two, frozenset(defaults))


def _tasks_differences(one: Workflow, two: Workflow, defaults: frozenset[str]) -> Iterator[Diagnostic]:
    ours, theirs = ({task.task_id: task for task in workflow.tasks} for workflow in (one, two))
    for task_id in sorted(ours.keys() ^ theirs.keys()):
        place = one.locate(task_id, None)
        yield _differs(place, f"task {task_id} of DAG {one.dag_id}", *_presence(task_id in ours))
    for task_id, task in ours.items():
        if task_id in theirs and not codec.same(task, theirs[task_id]):
            yield from _task_differences(one, task, theirs[task_id], defaults)


def _task_differences(workflow: Workflow, one: Task, two: Task, defaults: frozenset[str]) -> Iterator[Diagnostic]:
    found = dict(_argument_differences(one.arguments, two.arguments))
    for name, (before, after) in found.items():
        argument = one.argument(name) or two.argument(name)
        if not (name in defaults and argument and argument.origin in _INHERITED):
            yield _differs(workflow.locate(one.task_id, name), f"{name} of task {one.task_id}", before, after)
    if not found and not any(_addresses(workflow)):
        yield _differs(workflow.locate(one.task_id, None), f"task {one.task_id}", "one form", "another")


def _argument_differences(one: Sequence[Argument], two: Sequence[Argument]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Name, and both values as text."""
    ours, theirs = ({argument.name: argument.value for argument in arguments} for arguments in (one, two))
    for name in dict.fromkeys((*ours, *theirs)):
        before, after = (_canonical(side[name]) if name in side else None for side in (ours, theirs))
        if before != after:
            yield name, tuple(readable(side[name]) if name in side else _MISSING for side in (ours, theirs))  # type: ignore[misc]


def _canonical(value: Value) -> str:
    """Without addresses, which are told by themselves."""
    return _ADDRESS.sub("<address>", codec.canonical(value))


def readable(node: object) -> str:
    """A value as Python would write it, where that is simple."""
    match node:
        case None | bool() | int() | float() | str():
            return repr(node)
        case ListValue(items) | TupleValue(items):
            return f"[{', '.join(map(readable, items))}]"
        case MapValue(entries):
            return f"{{{', '.join(f'{readable(key)}: {readable(item)}' for key, item in entries)}}}"
        case TimedeltaValue():
            return str(datetime.timedelta(node.days, node.seconds, node.microseconds))
        case Cron(text=text):
            return repr(text)
    said = getattr(node, "text", None)
    return said if isinstance(said, str) else codec.canonical(node)
