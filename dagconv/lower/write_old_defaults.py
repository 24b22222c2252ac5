"""Writes out the defaults that a known older release of the Amazon provider had and the current one changed."""

from __future__ import annotations

import itertools

from dagconv.catalog.renames import OldDefault, release, renames
from dagconv.diagnostics import Effect, Page, Rule, Severity
from dagconv.ir import codec
from dagconv.ir.task import Task
from dagconv.lower.losses import show
from dagconv.lower.lowering import Lowering

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


def write_old_defaults(lowering: Lowering) -> None:
    if lowering.options.source_provider is not None:
        lowering.map_tasks(lambda task: _write(lowering, task, release(lowering.options.source_provider or "")))


def _write(lowering: Lowering, task: Task, source: tuple[int, ...]) -> Task:
    table = renames().defaults
    for path in task.operator.bases or (task.operator.target,):
        for name, history in table.get(path, {}).items():
            if task.argument(name) is None:
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
