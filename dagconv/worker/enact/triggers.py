"""Whether a task may start, by Airflow's own trigger rules, once all tasks before it have ended."""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from typing import Any

from dagconv.worker.enact.step import Step

RUN = "run"
STUCK = "not started"


def decide(step: Step, ended: Sequence[tuple[Step, str]]) -> str:
    """`run`, or the state that the task gets without being started; `not started` where its rule is never met.
    `ended` are all tasks that have ended, with their states."""
    from airflow.ti_deps.deps.trigger_rule_dep import TriggerRuleDep

    instance = _Instance(step)
    context: Any = types.SimpleNamespace(
        flag_upstream_failed=True,
        wait_for_past_depends_before_skipping=False,
        have_changed_ti_states=False,
        ensure_finished_tis=lambda *_: [_Finished(one, state) for one, state in ended],
    )
    rule: Any = TriggerRuleDep()
    statuses = list(rule._get_dep_statuses(instance, _Session(step, [one for one, _ in ended]), context))
    if instance.new_state is not None:
        return instance.new_state
    return RUN if all(status.passed for status in statuses) else STUCK


class _Instance:
    """The task instance as the rule sees it."""

    def __init__(self, step: Step) -> None:
        self.task, self.map_index = step.original, step.index
        self.task_id, self.dag_id, self.run_id = step.original.task_id, "", ""
        self.new_state: str | None = None

    def get_dagrun(self, _: Any) -> None:
        """Finished tasks are known without it."""

    def set_state(self, state: Any, _: Any) -> bool:
        self.new_state = str(state.value)
        return True


class _Finished:
    def __init__(self, step: Step, state: str) -> None:
        from airflow.utils.state import TaskInstanceState

        self.task, self.task_id, self.map_index = step.original, step.original.task_id, step.index
        self.state = TaskInstanceState(state) if state in set(TaskInstanceState) else TaskInstanceState.FAILED


class _Session:
    """Counts the instances of mapped tasks, which is all that the rule asks a database for."""

    def __init__(self, step: Step, ended: Iterable[Step]) -> None:
        before = step.original.upstream_task_ids
        self.counts = [(one.original.task_id, 1) for one in ended if one.original.task_id in before]

    def execute(self, _: Any) -> Any:
        return types.SimpleNamespace(all=lambda: self.counts)
