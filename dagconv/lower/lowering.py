"""What a pass works on: the workflow so far, and the record of every finding and declared difference."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field, replace

from dagconv.diagnostics import Diagnostic, Rule
from dagconv.ir import codec
from dagconv.ir.change import Change
from dagconv.ir.task import MISSING, Argument, Default, Origin, Task
from dagconv.ir.value import Value
from dagconv.ir.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of a conversion that change meaning. `now` is the conversion's moment, timezone-aware UTC."""

    now: datetime.datetime
    region: str | None = None
    dst: str = "refuse"
    accept: frozenset[str] = frozenset()


@dataclass(slots=True)
class Lowering:
    """Mutable only while the passes of one workflow run, in order."""

    workflow: Workflow
    options: Options
    diagnostics: list[Diagnostic] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def report(self, rule: Rule, task_id: str | None = None, key: str | None = None, **params: object) -> None:
        """Says a finding at the place of a task or key in the source."""
        where = self.workflow.locate(task_id, key)
        found = rule.at(where, dag_id=self.workflow.dag_id, task_id=task_id, key=key, **params)  # type: ignore[arg-type]
        self.diagnostics.append(found)

    def declare(self, rule: Rule, task_id: str | None, field_name: str, before: Default, after: Default) -> None:
        """Declares a difference, exactly. A value that did not change needs no declaration and gets none."""
        if not codec.same(before, after):
            self.changes.append(Change(rule.code, task_id, field_name, before, after))

    def set_argument(self, rule: Rule, task: Task, name: str, value: Value) -> Task:
        """The task with another value of an argument, the difference declared by `rule`."""
        old = task.argument(name)
        self.declare(rule, task.task_id, name, old.value if old else MISSING, value)
        new = (
            replace(old, value=value, origin=Origin.LOWERED) if old else Argument(name, value, Origin.LOWERED, MISSING)
        )
        return task.with_argument(new)

    def drop_argument(self, rule: Rule, task: Task, name: str) -> Task:
        """The task without an argument, the difference declared by `rule`."""
        old = task.argument(name)
        if old is None:
            return task
        self.declare(rule, task.task_id, name, old.value, MISSING)
        return task.without_argument(name)
