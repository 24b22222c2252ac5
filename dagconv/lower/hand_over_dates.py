"""Hands functions the dates that the source's Airflow would give them, as texts: later passes rewrite these.

The same key means another moment on the service where runs of the source cover an interval (contract 5.1); a date that
has no text, and one that code takes out of the context itself, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dagconv.catalog.renames import renames
from dagconv.diagnostics import ContractRule, Effect, Rule, Section, Severity
from dagconv.ir.code import Entry
from dagconv.ir.schedule import Cron, Delta
from dagconv.ir.task import Task
from dagconv.ir.value import MapValue
from dagconv.lower.lowering import Lowering

HANDED_OVER = Rule(
    code="DC516",
    slug="date-handed-to-function",
    severity=Severity.INFO,
    effect=Effect.CHANGED,
    summary="A date that a function asks for is handed over as the source's Airflow means it.",
    message="the function asks for {value}: handed over as a text, with the meaning that it has in the source",
    help="no step is needed",
    why="In older Airflow a run's dates are those of the interval before it; the service's are the run's own moment.",
    example="def load(ds): ...  # schedule='@daily', Airflow 2",
    fix="Nothing to do.",
    source=(ContractRule(30), Section("5.1")),
)
NO_EQUAL = Rule(
    code="DC517",
    slug="context-key-without-equal",
    severity=Severity.ERROR,
    effect=Effect.REFUSED,
    summary="A function asks for a key of the context that the service has not, or with another meaning.",
    message="the function asks for {value}, which {reason}",
    help="take the text of the date instead (ds, ts), and parse it",
    why="A date as an object cannot be handed over by a definition, and the service's own is another moment.",
    example="def load(execution_date): ...",
    fix="def load(ds): day = date.fromisoformat(ds)",
    source=(ContractRule(30), Section("5.1")),
)


def hand_over_dates(lowering: Lowering) -> None:
    schedule = lowering.workflow.schedule
    shifted = isinstance(schedule, Cron | Delta) and schedule.data_intervals
    old = lowering.generation not in ("", "3")
    if lowering.code is None or not (shifted or old):
        return
    names = frozenset(renames().dates) if shifted else frozenset()
    lowering.other_keys = names | (renames().removed_variables if old else frozenset())
    lowering.map_tasks(lambda task: _hand_over(lowering, task))


def _hand_over(lowering: Lowering, task: Task) -> Task:
    entry = lowering.entries.get(task.task_id)
    if entry is None:
        return task
    for name in _asked(entry, task):
        if name not in lowering.other_keys:
            continue
        date = renames().dates.get(name)
        if date is None or date.form == "date":
            reason = "Airflow 3 does not have" if date is None else "is another moment on the service, and no text"
            lowering.report(NO_EQUAL, task.task_id, "python_callable", value=name, reason=reason)
            continue
        lowering.report(HANDED_OVER, task.task_id, "python_callable", value=name)
        given = task.argument("op_kwargs")
        entries = given.value.entries if given is not None and isinstance(given.value, MapValue) else ()
        value = MapValue((*entries, (name, f"{{{{ {name} }}}}")))
        task = lowering.set_argument(HANDED_OVER, task, "op_kwargs", value)
        if not entry.is_alias and name not in entry.passed:
            entry = lowering.entries[task.task_id] = replace(entry, passed=(*entry.passed, name))
    return task


def _asked(entry: Entry, task: Task) -> Iterator[str]:
    """Parameters of the function that the task does not fill in itself."""
    given = task.argument("op_kwargs")
    own = {str(key) for key, _ in given.value.entries} if given and isinstance(given.value, MapValue) else set()
    own |= {name for name, _ in (*entry.keywords, *entry.target.keywords)}
    positional = task.argument("op_args")
    first = len(entry.args) + len(entry.target.args) + len(getattr(positional.value, "items", ()) if positional else ())
    parameters = entry.target.code.parameters if entry.target.code else ()
    for index, parameter in enumerate(parameters):
        by_name = index >= first or not parameter.kind.startswith("POSITIONAL")
        if by_name and parameter.name not in own and not parameter.kind.startswith("VAR_"):
            yield parameter.name
