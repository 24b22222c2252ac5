"""Writes out the defaults that a known older release of the Amazon provider had and the current one changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from dagconv.catalog.renames import OldDefault, release, renames
from dagconv.diagnostics import Effect, Page, Rule, Severity
from dagconv.ir import codec
from dagconv.ir.task import Task
from dagconv.ir.value import ListValue, MapValue, TupleValue, Value
from dagconv.lower.losses import show
from dagconv.lower.lowering import Lowering
from dagconv.lower.settle_generation import OLD

WRITTEN = Rule(
    code="DC446",
    slug="old-default-written",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="An argument is left out whose default has changed since the source's provider release.",
    message="{key} is left out; its default was {value} in provider {release} and is {new} now: {value} is written",
    help="no step is needed",
    why="Left out, the argument would take the default of the service's provider.",
    example="GlueJobOperator(task_id='job', job_name='j')  # num_of_dpus was 6",
    fix="GlueJobOperator(task_id='job', job_name='j', num_of_dpus=6)",
    source=(Page("schemas/renames.json"),),
)
UNSURE = Rule(
    code="DC447",
    slug="old-default-unsure",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="An argument is left out whose default changed around the source's provider release.",
    message="{key} is left out; its default changed from {value} to {new} between provider {before} and {after}",
    help="give the argument in the source, as your provider release {release} takes it",
    why="Which of the two defaults the source's release had is not known.",
    example="GlueJobOperator(task_id='job', job_name='j') with --source-provider 5.0.0",
    fix="GlueJobOperator(task_id='job', job_name='j', num_of_dpus=6)",
    source=(Page("schemas/renames.json"),),
)
UNTOLD = Rule(
    code="DC493",
    slug="old-default-untold",
    severity=Severity.WARNING,
    effect=Effect.NOTED,
    summary="An argument is left out whose default has changed, and the source's provider release is not known.",
    message="{key} is left out; its default was {value} before provider {release} and is {new} now, which is taken",
    help="say your release of the Amazon provider with --source-provider, or give the argument in the source",
    why="Left out, the argument takes the default of the service's provider, which is newer than Airflow 2 had.",
    example="GlueJobOperator(task_id='job', job_name='j')  # num_of_dpus was 6",
    fix="GlueJobOperator(task_id='job', job_name='j', num_of_dpus=6)",
    source=(Page("schemas/renames.json"),),
)


def write_old_defaults(lowering: Lowering) -> None:
    told = lowering.options.source_provider
    if told is not None:
        lowering.map_tasks(lambda task: _write(lowering, task, release(told)))
    elif lowering.generation in OLD:
        for task in lowering.tasks:
            for name, history in _left_out(task):
                _warn(lowering, task, name, history)


def _left_out(task: Task) -> Iterator[tuple[str, tuple[OldDefault, ...]]]:
    """The arguments that a task leaves out and whose default changed at some time, with what it was."""
    table = renames().defaults
    for path in task.operator.bases or (task.operator.target,):
        for name, history in table.get(path, {}).items():
            if task.argument(name) is None:
                yield name, history


def _warn(lowering: Lowering, task: Task, name: str, history: tuple[OldDefault, ...]) -> None:
    """Of several older defaults the last is named."""
    now = history[-1]
    for old, later in reversed(list(itertools.pairwise(history))):
        if old.known and not codec.same(old.value, now.value):
            told: dict[str, str] = {"value": show(old.value), "new": show(now.value), "release": _text(later.release)}
            both_empty = not _is_something(old.value) and not _is_something(now.value)
            lowering.report(UNTOLD, task.task_id, name, severity=Severity.INFO if both_empty else None, **told)
            return


def _is_something(value: Value) -> bool:
    """Whether it is more than the ways of saying nothing, which most operators take alike."""
    return bool(value) and value not in (MapValue(()), ListValue(()), TupleValue(()))


def _write(lowering: Lowering, task: Task, source: tuple[int, ...]) -> Task:
    for name, history in _left_out(task):
        task = _write_default(lowering, task, name, history, source)
    return task


def _write_default(
    lowering: Lowering, task: Task, name: str, history: tuple[OldDefault, ...], source: tuple[int, ...]
) -> Task:
    now = history[-1]
    for old, later in itertools.pairwise(history):
        if not old.release <= source < later.release or codec.same(old.value, now.value):
            continue
        told = {"value": show(old.value), "new": show(now.value), "release": _text(source)}
        changed = old.known != later.known or not codec.same(old.value, later.value)
        if (changed and source != old.release) or not old.known:
            between = {"before": _text(old.release), "after": _text(later.release)}
            lowering.report(UNSURE, task.task_id, name, **told, **between)
        else:
            lowering.report(WRITTEN, task.task_id, name, **told)
            task = lowering.set_argument(WRITTEN, task, name, old.value)
    return task


def _text(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
