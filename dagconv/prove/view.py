"""What a workflow means, as a flat table: (task, field) to one canonical text, to Airflow or to the service.

The service fills in its own defaults and ignores keys that Airflow heeds (contract 4, 7); the same workflow
therefore has two views.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterator

from dagconv.catalog.service import service
from dagconv.ir import codec
from dagconv.ir.meaning import mapping_text, params_text, schedule_text
from dagconv.ir.task import MISSING, Argument, Default, Task
from dagconv.ir.value import DatetimeValue, EnumValue
from dagconv.ir.workflow import Workflow
from dagconv.language.duration import seconds_of

View = dict[tuple[str | None, str], str]

_DURATIONS = frozenset({"retry_delay", "execution_timeout", "max_retry_delay"})


class Reader(enum.Enum):
    """Who gives the workflow its meaning."""

    AIRFLOW = "airflow"
    SERVICE = "service"


def view_workflow(workflow: Workflow, reader: Reader) -> View:
    """Equal tables mean the same to this reader. Values at their defaults have no row."""
    table: View = {}
    for field, value in _dag_fields(workflow, reader):
        table[None, field] = value
    for task in workflow.tasks:
        for field, value in _task_fields(workflow, task, reader):
            table[task.task_id, field] = value
    return table


def canonical_field(field: str, value: Default) -> str:
    """The text of a value as the table has it."""
    if isinstance(value, EnumValue) and value.text:
        return codec.canonical(value.value)
    if isinstance(value, DatetimeValue):
        return codec.canonical(_utc(value))
    if field in _DURATIONS:
        seconds = seconds_of(value)
        return codec.canonical(value) if seconds is None else codec.canonical(seconds)
    return codec.canonical(value)


def _utc(value: DatetimeValue) -> str:
    moment = datetime.datetime.fromisoformat(value.text)
    return moment.isoformat() if moment.tzinfo is None else moment.astimezone(datetime.timezone.utc).isoformat()


def _dag_fields(workflow: Workflow, reader: Reader) -> Iterator[tuple[str, str]]:
    yield "dag_id", workflow.dag_id
    yield "schedule", schedule_text(workflow.schedule)
    for field, date in (("start_date", workflow.start_date), ("end_date", workflow.end_date)):
        if date is not None:
            yield field, canonical_field(field, date)
    params = params_text(workflow.params)
    if isinstance(params, str):
        yield "params", params
    if workflow.description is not None:
        yield "description", codec.canonical(workflow.description)
    ignored = service().dag_keys if reader is Reader.SERVICE else {}
    for setting in workflow.settings:
        if setting.name not in ignored:
            yield setting.name, canonical_field(setting.name, setting.value)


def _task_fields(workflow: Workflow, task: Task, reader: Reader) -> Iterator[tuple[str, str]]:
    ignored = service().ignored_task_keys if reader is Reader.SERVICE else {}
    yield "operator", task.operator.path
    yield "upstream", codec.canonical(task.upstream)
    absent = absent_fields(reader)
    for argument in task.arguments:
        if argument.name not in ignored and not _is_implied(workflow, argument):
            text = argument_text(argument.name, argument.value, argument.default, reader)
            if text is not None:
                absent.pop(argument.name, None)
                yield argument.name, text
    yield from absent.items()
    for residue in task.residues:
        yield f"residue:{residue.attribute}", codec.canonical(residue.after)
    for name in ("setup", "teardown", "on_failure_fail_dagrun"):
        if getattr(task, name):
            yield name, codec.canonical(True)
    if task.mapping is not None:
        yield "mapping", mapping_text(task.mapping)


def argument_text(field: str, value: Default, default: Default, reader: Reader) -> str | None:
    """The row of an argument; None where it says what leaving it out means."""
    if value is MISSING:
        return absent_fields(reader).get(field)
    if field in absent_fields(reader):
        return absent_fields(reader)[field] if value is None else canonical_field(field, value)
    text = canonical_field(field, value)
    return None if default is not MISSING and text == canonical_field(field, default) else text


def absent_fields(reader: Reader) -> dict[str, str]:
    """What the reader takes where a task says nothing (contract 7)."""
    if reader is Reader.SERVICE:
        known = service().defaults
        return {
            "retries": codec.canonical(known.retries),
            "execution_timeout": canonical_field("execution_timeout", known.execution_timeout),
        }
    return {"retries": codec.canonical(0), "execution_timeout": codec.canonical(None)}


def _is_implied(workflow: Workflow, argument: Argument) -> bool:
    """A task's own date that the DAG's makes moot: Airflow takes the later start and the earlier end."""
    limit = {"start_date": workflow.start_date, "end_date": workflow.end_date}.get(argument.name)
    if limit is None or not isinstance(argument.value, DatetimeValue):
        return False
    moments = (datetime.datetime.fromisoformat(_utc(value)) for value in (argument.value, limit))
    # Airflow takes a date without a time zone as UTC.
    own, dag = (m if m.tzinfo else m.replace(tzinfo=datetime.timezone.utc) for m in moments)
    return own <= dag if argument.name == "start_date" else own >= dag
