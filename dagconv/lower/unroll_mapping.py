"""Unrolls dynamic task mapping over literals into one task per item; over results of tasks it is refused (rule 15)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from dagconv.diagnostics import ContractRule, Effect, Engine, Rule, Section, Severity
from dagconv.ir.meaning import mapping_text
from dagconv.ir.task import MISSING, Argument, Mapping, Origin, Task
from dagconv.ir.value import ListValue, MapValue, OpaqueValue, TupleValue, Value, XComValue, walk
from dagconv.lower.lowering import Lowering

UNROLLED = Rule(
    code="DC348",
    slug="mapped-task-unrolled",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A task mapped over literal values is written as one task per value.",
    message="mapped over {value} literal values; written as {first} to {last}",
    help="no step is needed; look for the instances under their own ids",
    why="The service does not support expand. How many instances there are is known from the source.",
    example="S3ListOperator.partial(task_id='list').expand(bucket=['a', 'b'])",
    fix="Nothing to do.",
    source=(ContractRule(15), Section("1.2")),
)
MAPPED_OVER_RESULT = Rule(
    code="DC349",
    slug="mapped-over-result",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task is mapped over the result of another task.",
    message="the task is mapped over {value}: the service cannot make tasks while a run is going on",
    help="hand the whole result to a service that works in parallel itself: Step Functions Map, Batch arrays, EMR",
    why="The service does not support expand; how many instances a run needs is known only then.",
    example="S3ListOperator.partial(task_id='list').expand(bucket=list_buckets.output)",
    fix="Let one task handle all items, or map over values that stand in the file.",
    source=(ContractRule(15), Section("1.2"), Section("3.6")),
)
NOTHING_TO_MAP = Rule(
    code="DC230",
    slug="mapped-over-nothing",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task is mapped over an empty list.",
    message="the task is mapped over nothing, so that Airflow skips it and what depends on it",
    help="remove the task, or give it values to map over",
    why="Airflow skips a task that is mapped over an empty list; a definition cannot say a task that is skipped.",
    example="S3ListOperator.partial(task_id='list').expand(bucket=[])",
    fix="Remove the task.",
    source=(ContractRule(15), Engine("airflow.sdk.definitions.mappedoperator", "MappedOperator")),
)
ID_TAKEN = Rule(
    code="DC231",
    slug="unrolled-id-taken",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="An instance of a mapped task would get the id of another task.",
    message="the instances of the task would be called {first} and so on, and {value} is a task already",
    help="rename the task {value}",
    why="Instances are numbered as <task>__<index>, so that their ids stay the same from one conversion to the next.",
    example="a mapped task 'list' beside an ordinary task 'list__0'",
    fix="Rename one of the tasks.",
    source=(ContractRule(15), Section("1.2")),
)
MAPPED_GROUP = Rule(
    code="DC233",
    slug="mapped-task-group",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task group is mapped.",
    message="the task group {value} is mapped; a definition has no form for it",
    help="make the group in a loop over the values, with the value in each group's id",
    why="The service does not support expand, and a mapped group's tasks are not made before the run.",
    example="load.expand(bucket=['a', 'b'])",
    fix="Replace expand by a loop: for bucket in ('a', 'b'): load.override(group_id=bucket)(bucket)",
    source=(ContractRule(15), Section("1.2")),
)
TOO_MANY = Rule(
    code="DC234",
    slug="mapped-over-too-many",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task is mapped over more values than a definition has room for tasks.",
    message="the task is mapped over {value} values; a definition of 50 KB holds no {limit} tasks",
    help="hand the whole list to a service that works in parallel itself: Step Functions Map, Batch arrays, EMR",
    why="Each value becomes a task of its own, and each takes its operator's path at the least.",
    example="S3ListOperator.partial(task_id='list').expand(bucket=[f'b{n}' for n in range(5000)])",
    fix="Let one task handle all items.",
    source=(ContractRule(15), ContractRule(42)),
)
WIRING = Rule(
    code="DC397",
    slug="mapped-over-wiring",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A task is mapped over something that Airflow keeps for itself, such as the params of each instance.",
    message="expand_kwargs gives {value} for single instances, which is no argument of the operator's own",
    help="write the tasks in a loop instead of mapping",
    why="Airflow merges params with those of the mapped task and of the DAG and wires instances by itself.",
    example="S3ListOperator.partial(task_id='list').expand_kwargs([{'bucket': 'a', 'params': {'x': 1}}])",
    fix="for x in (1, 2): S3ListOperator(task_id=f'list_{x}', bucket='a', params={'x': x})",
    source=(ContractRule(15), Engine("airflow.sdk.definitions.mappedoperator", "MappedOperator")),
)
# What `unmap` merges, wires or takes away itself (Airflow 3.0.6); a task's own id always wins.
_WIRED = ("params", "dag", "task_group", "is_setup", "is_teardown", "on_failure_fail_dagrun")
# Task id and operator's path of this many take more than 50 KB, whatever they are.
MAX_INSTANCES = 1000
_MAPPED_ARGUMENT = "airflow.sdk.definitions._internal.expandinput.MappedArgument"


def is_mapped_argument(value: Value) -> bool:
    """Whether it stands for one of the values that a task group is mapped over."""
    return isinstance(value, OpaqueValue) and value.path == _MAPPED_ARGUMENT


def unroll_mapping(lowering: Lowering) -> None:
    for group in lowering.workflow.groups:
        if group.mapped:
            lowering.report(MAPPED_GROUP, value=group.group_id)
    taken = {task.task_id for task in lowering.workflow.tasks}

    def unroll(task: Task) -> Iterable[Task]:
        instances = list(_unroll(lowering, task, task.mapping, taken)) if task.mapping is not None else []
        if instances:
            lowering.unrolled[task.task_id] = tuple(instance.task_id for instance in instances)
        return instances or (task,)

    lowering.spread_tasks(unroll)
    if lowering.unrolled:
        lowering.map_tasks(lambda task: _follow_edges(lowering, task))


def _unroll(lowering: Lowering, task: Task, mapping: Mapping, taken: set[str]) -> Iterator[Task]:
    sources = [part.task_id for _, part in walk(mapping.inputs) if isinstance(part, XComValue)]
    sources += [part.task_id for _, part in walk(mapping.values) if isinstance(part, XComValue)]
    items = None if sources else list(_items(mapping))
    if items is None or None in items:
        what = f"the result of {sources[0]}" if sources else "values that are not lists"
        lowering.report(MAPPED_OVER_RESULT, task.task_id, value=what)
        return
    if not items:
        lowering.report(NOTHING_TO_MAP, task.task_id)
        return
    if len(items) > MAX_INSTANCES:
        lowering.report(TOO_MANY, task.task_id, value=len(items), limit=MAX_INSTANCES)
        return
    wired = next((name for name in _WIRED for item in items if name in dict(item or ())), None)
    if wired:
        lowering.report(WIRING, task.task_id, value=wired)
        return
    names = [f"{task.task_id}__{index}" for index in range(len(items))]
    clash = next((name for name in names if name in taken), None)
    if clash:
        lowering.report(ID_TAKEN, task.task_id, first=names[0], value=clash)
        return
    lowering.report(UNROLLED, task.task_id, value=len(items), first=names[0], last=names[-1])
    for name, item in zip(names, items, strict=True):
        new = replace(task, task_id=name, mapping=None)
        lowering.declare(UNROLLED, name, "task_id", MISSING, task.task_id)
        lowering.declare(UNROLLED, name, "mapping", mapping_text(mapping), MISSING)
        for key, value in item or ():
            if key == "task_id":  # that of the mapped task wins
                continue
            old = new.argument(key)
            default = old.default if old else MISSING
            lowering.declare(UNROLLED, name, key, old.value if old else MISSING, value)
            new = new.with_argument(Argument(key, value, Origin.LOWERED, default))
        yield new


def _items(mapping: Mapping) -> Iterator[tuple[tuple[str, Value], ...] | None]:
    """The arguments of each instance in the order of Airflow's map index; None where they are not literal."""
    if mapping.kind == "expand_kwargs":
        rows = mapping.values.items if isinstance(mapping.values, ListValue | TupleValue) else (None,)
        for row in rows:
            yield _named(row.entries) if isinstance(row, MapValue) else None
        return
    names = [str(key) for key, _ in mapping.inputs.entries]
    lists = [_elements(value) for _, value in mapping.inputs.entries]
    if any(found is None for found in lists):
        yield None
        return
    # The last argument varies fastest (Airflow 3.0.6, DictOfListsExpandInput).
    for combination in itertools.product(*(found or () for found in lists)):
        yield tuple(zip(names, combination, strict=True))


def _named(entries: tuple[tuple[Value, Value], ...]) -> tuple[tuple[str, Value], ...] | None:
    return tuple((str(key), value) for key, value in entries) if all(isinstance(k, str) for k, _ in entries) else None


def _elements(value: Value) -> tuple[Value, ...] | None:
    match value:
        case ListValue(items) | TupleValue(items):
            return items
        case MapValue(entries):
            return tuple(TupleValue((key, item)) for key, item in entries)
        case _:
            return None


def _follow_edges(lowering: Lowering, task: Task) -> Task:
    ups = [name for up in task.upstream for name in lowering.unrolled.get(up, (up,))]
    upstream = tuple(sorted(ups))
    if upstream == task.upstream:
        return task
    lowering.declare(UNROLLED, task.task_id, "upstream", ListValue(task.upstream), ListValue(upstream))
    return replace(task, upstream=upstream)
