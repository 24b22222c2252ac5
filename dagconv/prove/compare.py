"""The three comparisons of a proof: lowered with reloaded, source with lowered, and object with object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dagconv.catalog.service import KeyStatus, service
from dagconv.diagnostics import Diagnostic, Rule
from dagconv.ir import codec
from dagconv.ir.change import Change
from dagconv.ir.schedule import CustomTimetable, Rate, Schedule
from dagconv.ir.testimony import SeenDag
from dagconv.ir.workflow import Workflow
from dagconv.prove import rules
from dagconv.prove.allowances import declared_view
from dagconv.prove.testimony import compare_testimony
from dagconv.prove.view import Reader, View, view_workflow
from dagconv.prove.written import stray_keys

_RATE = re.compile(r"rate\((?:1 |([2-9]|[1-9]\d+) )(minute|hour|day)(?(1)s)\)")
_MINUTES = {"minute": 1, "hour": 60, "day": 1440}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a proof: the workflow as read, and the worker's other testimony about the same objects.

    Of a definition, `text` is its YAML and `schedule_text` a schedule in it that the engine was spared (contract 1.5).
    """

    workflow: Workflow
    testimony: SeenDag
    schedule_text: str | None = None
    text: str = ""


def prove_single(source: Workflow, reloaded: Sequence[object]) -> list[Diagnostic]:
    """Whether the engine made exactly one DAG of the definition."""
    if len(reloaded) == 1:
        return []
    return [
        rules.NOT_ONE_DAG.at(
            source.location, dag_id=source.dag_id, before=f"the DAG {source.dag_id}", after=f"{len(reloaded)} DAGs"
        )
    ]


def prove(source: Side, lowered: Workflow, changes: Sequence[Change], reloaded: Side) -> list[Diagnostic]:
    """Empty when the definition means what the source means, but for the declared changes."""
    again = reloaded.workflow
    if reloaded.schedule_text is not None:
        again = replace(again, schedule=read_eventbridge(reloaded.schedule_text))
    findings = [
        *_compare_tables(rules.RELOAD_DIFFERS, lowered, view_workflow(lowered, Reader.SERVICE), again),
        *_ignored_keys(again),
        *_strays(reloaded.text, lowered),
        *_declared(source.workflow, lowered, changes),
        *_testimony(source, lowered, changes, reloaded),
    ]
    return list(dict.fromkeys(findings))


def read_eventbridge(text: str) -> Schedule:
    """The meaning of a schedule in EventBridge's words, which Airflow cannot read."""
    match = _RATE.fullmatch(text)
    return Rate(int(match[1] or 1) * _MINUTES[match[2]]) if match else CustomTimetable(text)


def _compare_tables(rule: Rule, lowered: Workflow, expected: View, again: Workflow) -> Iterator[Diagnostic]:
    actual = view_workflow(again, Reader.SERVICE)
    for row in _rows(expected, actual):
        before, after = expected.get(row), actual.get(row)
        if before != after:
            yield _at(rule, lowered, row, before, after)


def _rows(*tables: View) -> list[tuple[str | None, str]]:
    return list(dict.fromkeys(row for table in tables for row in table))


def _at(
    rule: Rule, workflow: Workflow, row: tuple[str | None, str], before: str | None, after: str | None
) -> Diagnostic:
    task_id, field = row
    return rule.at(
        workflow.locate(task_id, field),
        dag_id=workflow.dag_id,
        task_id=task_id,
        key=field,
        field=f"{field} of task {task_id}" if task_id else f"{field} of the DAG",
        before=before or "nothing",
        after=after or "nothing",
    )


def _ignored_keys(again: Workflow) -> Iterator[Diagnostic]:
    known = service()
    for argument in again.default_args:
        key = known.default_args_keys.get(argument.name)
        if key is None or key.status is not KeyStatus.ACCEPTED:
            yield _at(rules.IGNORED_KEY, again, (None, argument.name), None, None)
    for task in again.tasks:
        for argument in task.arguments:
            given = argument.name in known.ignored_task_keys or argument.name in known.dropped_aws_keys
            # dag-factory gives every task the dates of the DAG's default_args.
            inherited = again.default_arg(argument.name) is not None
            if given and not inherited and not codec.same(argument.value, argument.default):
                yield _at(rules.IGNORED_KEY, again, (task.task_id, argument.name), None, None)


def _declared(source: Workflow, lowered: Workflow, changes: Sequence[Change]) -> Iterator[Diagnostic]:
    expected, misfits = declared_view(source, changes)
    for change, actual in misfits:
        task_id, field = change.task_id, change.field
        yield rules.IDLE_DECLARATION.at(
            source.locate(task_id, field),
            dag_id=source.dag_id,
            task_id=task_id,
            key=field,
            code=change.code,
            field=f"{field} of task {task_id}" if task_id else f"{field} of the DAG",
            before=codec.canonical(change.before),
            after=actual or "nothing",
        )
    actual_table = view_workflow(lowered, Reader.SERVICE)
    for row in _rows(expected, actual_table):
        if expected.get(row) != actual_table.get(row):
            yield _at(rules.UNDECLARED_DIFFERENCE, source, row, expected.get(row), actual_table.get(row))


def _strays(text: str, lowered: Workflow) -> Iterator[Diagnostic]:
    for task_id, key, what in stray_keys(text, lowered):
        yield rules.STRAY_KEY.at(
            lowered.locate(task_id, key),
            dag_id=lowered.dag_id,
            task_id=task_id,
            key=key,
            field=f"{key} of task {task_id}" if task_id else f"{key} of the DAG",
            what=what,
        )


def _testimony(source: Side, lowered: Workflow, changes: Sequence[Change], reloaded: Side) -> Iterator[Diagnostic]:
    seen = compare_testimony(source.testimony, reloaded.testimony, source.workflow, lowered, changes)
    for task_id, what, before, after in seen:
        yield _at(rules.WITNESS_DIFFERS, source.workflow, (task_id, what), before, after)
