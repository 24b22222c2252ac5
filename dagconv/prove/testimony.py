"""Compares what the worker's witness saw of the objects on both sides, apart from what was declared, to the value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from dagconv.catalog.service import service
from dagconv.ir.change import Change
from dagconv.ir.task import Origin, Task
from dagconv.ir.testimony import SeenDag, SeenTask
from dagconv.ir.value import ListValue, MapValue
from dagconv.ir.workflow import Param, Workflow
from dagconv.prove.declared import Declared, attributes_of, declared_fields
from dagconv.prove.evidence import evidence_of, params_evidence, shows, timetable_evidence

Difference = tuple["str | None", str, "str | None", "str | None"]

# What a decorated function's own class adds is how it is built; the code itself, and the package's classes below those
# of Airflow, are proved apart (entries.py). A run that is always the latest needs no question.
_CARRIED_CLASSES = {
    "airflow.providers.standard.decorators.python._PythonDecoratedOperator": ".PythonOperator",
    "airflow.providers.standard.decorators.branch_python._BranchPythonDecoratedOperator": "_tasks.Branch",
    "airflow.providers.standard.decorators.short_circuit._ShortCircuitDecoratedOperator": "_tasks.ShortCircuit",
    "airflow.providers.standard.decorators.sensor.DecoratedSensorOperator": "_tasks.FunctionSensor",
    "airflow.providers.standard.operators.latest_only.LatestOnlyOperator": ".EmptyOperator",
}
_OWN_WAITS = frozenset({"wait_for_completion", "wait_for_delete_completion"})
# dag-factory gives every DAG a tag and a documentation of its own: the source must have none.
_ENGINE_OWN = {"tags": '{"set": []}', "doc_md": "null"}


def compare_testimony(
    source: SeenDag, reload: SeenDag, before: Workflow, after: Workflow, changes: Sequence[Change]
) -> Iterator[Difference]:
    """(task, what, before, after) for each difference that no change declares, and each declared that is not there.

    `before` and `after` are the source's workflow and the lowered one, whose tasks must be those that were seen.
    """
    made = {c.task_id: str(c.after) for c in changes if c.field == "task_id" and c.task_id is not None}
    gone = set(made.values())
    for seen, workflow in ((source, before), (reload, after)):
        for task_id in sorted(seen.tasks.keys() ^ {task.task_id for task in workflow.tasks}):
            yield task_id, "testimony", *(("given", None) if task_id in seen.tasks else (None, "given"))
    declared = {
        task.task_id: declared_fields(changes, task.task_id, made.get(task.task_id), before) for task in after.tasks
    }
    originals = _originals(source, made)
    for task in after.tasks:
        one, two = originals.get(task.task_id), reload.tasks.get(task.task_id)
        if one is None or two is None:
            yield task.task_id, "task", *(("there", None) if one else (None, "there"))
            continue
        own = declared[task.task_id]
        inherited = {
            name: texts
            for name, texts in _inherited(after, task, reload).items()
            if _is_declared(changes, name) or _has_own(before, made.get(task.task_id, task.task_id), name)
        }
        if not task.operator.file:  # of the user's classes all code is compared (code.py)
            yield from _compare_class(task.task_id, one, two, own)
        yield from _compare_attributes(task.task_id, one.attributes, two.attributes, own, inherited, task)
    for task_id in sorted(source.tasks.keys() - reload.tasks.keys() - gone):
        yield task_id, "task", "there", None
    yield from _compare_edges(source, reload, after, declared, made)
    yield from _compare_dag(
        source.attributes, reload.attributes, before, after, declared_fields(changes, None, None, before)
    )


def _originals(source: SeenDag, made: Mapping[str, str]) -> dict[str, SeenTask]:
    """What each task was made from: itself in the source, or an instance of a mapped task, in their order."""
    found = dict(source.tasks)
    for mapped in dict.fromkeys(made.values()):
        names = [name for name, origin in made.items() if origin == mapped]
        instances = found.pop(mapped).instances if mapped in found else ()
        found.update(zip(names, instances, strict=False))
    return found


def _is_declared(changes: Sequence[Change], field: str) -> bool:
    return any(change.task_id is None and change.field == field for change in changes)


def _has_own(before: Workflow, task_id: str, name: str) -> bool:
    """Whether the source's task has a date of its own, of which the arguments tell what becomes."""
    task = before.task(task_id)
    return task is not None and task.argument(name) is not None


def _inherited(workflow: Workflow, task: Task, reload: SeenDag) -> dict[str, tuple[str | None, ...]]:
    """What a task may show of the DAG's dates and params, which Airflow gives to each task."""
    dates: dict[str, tuple[str | None, ...]] = {
        name: (evidence_of(getattr(workflow, name)), "null") for name in ("start_date", "end_date")
    }
    own = task.argument("params")
    if own is None:
        return {**dates, "params": (reload.attributes.get("params"),)}
    if not isinstance(own.value, MapValue):
        return dates
    merged = {param.name: param for param in workflow.params}
    merged |= {str(name): Param(str(name), value, schema=MapValue(())) for name, value in own.value.entries}
    return {**dates, "params": (params_evidence(tuple(merged.values())),)}


def _compare_class(
    task_id: str, one: SeenTask, two: SeenTask, declared: Mapping[str, Declared]
) -> Iterator[Difference]:
    change = declared.get("operator")
    if one.path != two.path and (change is None or (change.before, change.after) != (one.path, two.path)):
        yield task_id, "class", one.path, two.path
    elif one.path in _CARRIED_CLASSES and two.path.endswith(_CARRIED_CLASSES[one.path]):
        return
    elif one.members != two.members:
        yield task_id, "behaviour of the class", one.members, two.members


def _compare_attributes(
    task_id: str | None,
    one: Mapping[str, str],
    two: Mapping[str, str],
    declared: Mapping[str, Declared],
    inherited: Mapping[str, tuple[str | None, ...]],
    task: Task | None,
) -> Iterator[Difference]:
    accepts = task.accepts if task else ()
    assigned = {a.name for a in task.arguments if a.origin is Origin.ASSIGNED} if task else set()
    owners = {name: change for field, change in declared.items() for name in attributes_of(field, task)}
    traces = _traces_gone(task) if task else {}
    loose = [
        change for field, change in declared.items() if not set(attributes_of(field, task)) & (one.keys() | two.keys())
    ]
    for name in sorted(one.keys() | two.keys()):
        before, after = one.get(name), two.get(name)
        if traces.get(name) == (before, after):
            excused = True
        elif name in owners:
            excused = owners[name].excuses(before, after) or after in inherited.get(name, ())
        elif before == after or (name in assigned and _same_setting(before, after)):
            continue
        elif name in inherited:
            excused = after in inherited[name]
        elif name in _OWN_WAITS and "deferrable" in declared:
            # Some operators take back their own waiting where they defer; the same argument has its way again, or
            # the default, which is to wait.
            waits = task.argument(name) if task else None
            excused = shows(after or "", waits.value) if waits else (before, after) == ("false", "true")
        else:
            # An argument that is kept under another name: known by both of its values.
            excused = name not in accepts and any(c.shows_after and c.excuses(before, after) for c in loose)
        if not excused:
            yield task_id, name, before, after


def _traces_gone(task: Task) -> dict[str, tuple[str | None, str | None]]:
    """What arguments that the service decides itself made of other attributes, where lowering has dropped them all."""
    kept = any(
        argument.name in service().dropped_aws_keys or argument.name == "resources" for argument in task.arguments
    )
    return {} if kept else {trace.attribute: (trace.before, trace.after) for trace in task.traces}


def _same_setting(one: str | None, two: str | None) -> bool:
    """A number set on the object as 10 where its constructor makes 10.0, or a text where it makes the member of an
    enumeration; the reader compares arguments to the type."""
    if one is None or two is None:
        return False
    try:
        before, after = json.loads(one), json.loads(two)
    except ValueError:
        return False
    if type(before) is str and isinstance(after, dict) and set(after) == {"enum"}:
        return bool(before == after["enum"][2])
    return type(before) in (int, float) and type(after) in (int, float) and bool(before == after)


def _compare_edges(
    source: SeenDag,
    reload: SeenDag,
    after: Workflow,
    declared: Mapping[str, Mapping[str, Declared]],
    made: Mapping[str, str],
) -> Iterator[Difference]:
    for task in after.tasks:
        change = declared[task.task_id].get("upstream")
        if change is not None and isinstance(change.after, ListValue):
            expected: tuple[object, ...] = change.after.items
        elif task.task_id in made:
            expected = task.upstream
        else:
            expected = source.upstream.get(task.task_id, ())
        actual = reload.upstream.get(task.task_id, ())
        if expected != actual:
            yield task.task_id, "upstream", json.dumps(expected), json.dumps(actual)


def _compare_dag(
    one: Mapping[str, str],
    two: Mapping[str, str],
    before: Workflow,
    after: Workflow,
    declared: Mapping[str, Declared],
) -> Iterator[Difference]:
    fields = {"timetable": "schedule", "params": "params", "start_date": "start_date", "end_date": "end_date"}
    for name, field in fields.items():
        for seen, workflow in ((one, before), (two, after)):
            expected = _evidence_of_dag(workflow, name)
            if expected is not None and seen.get(name) != expected:
                yield None, name, expected, seen.get(name)
        if one.get(name) != two.get(name) and field not in declared:
            yield None, name, one.get(name), two.get(name)
    for name, bare in _ENGINE_OWN.items():
        if one.get(name) != bare and name not in declared:
            yield None, name, one.get(name), None
    special = fields.keys() | _ENGINE_OWN.keys()
    first, second = ({name: text for name, text in side.items() if name not in special} for side in (one, two))
    yield from _compare_attributes(None, first, second, declared, {}, None)


def _evidence_of_dag(workflow: Workflow, name: str) -> str | None:
    """What the DAG object must show of what the reader says about it."""
    match name:
        case "timetable":
            return timetable_evidence(workflow.schedule)
        case "params":
            return params_evidence(workflow.params)
        case _:
            return evidence_of(getattr(workflow, name))
