"""Enacts the runs of a plan: task after task, with retries, skips and outputs, until every task has ended."""

from __future__ import annotations

import contextlib
import datetime
import gc
import importlib
import random
from collections.abc import Iterator
from typing import Any

from dagconv.ir.enactment import Enacted, Enactment, RunPlan, Scenario, TaskRun
from dagconv.worker.enact.attempt import Attempt, Told
from dagconv.worker.enact.step import Step, steps_of
from dagconv.worker.enact.supervisor import Store, outputs_of
from dagconv.worker.enact.triggers import RUN, decide
from dagconv.worker.objects import text_of
from dagconv.worker.render.render import repeatable

FAILED, SKIPPED, AGAIN, LATER = "failed", "skipped", "up_for_retry", "up_for_reschedule"
# Imported before any attempt is forked, so that none pays for them.
_NEEDED = (
    "airflow.providers.standard.hooks.subprocess",
    "airflow.sdk.definitions.asset.metadata",
    "airflow.sdk.execution_time.xcom",
    "airflow.serialization.helpers",
    "airflow.ti_deps.deps.trigger_rule_dep",
    "jinja2.ext",
)
# Times that a sensor which gives its slot back is asked again.
MAX_RESCHEDULES = 3


@contextlib.contextmanager
def importing(plan: RunPlan | None) -> Iterator[None]:
    """The time and the random numbers of an import whose tasks are enacted; others have their own."""
    if plan is None:
        yield
        return
    import time_machine

    random.seed(plan.seed)
    with repeatable(), time_machine.travel(datetime.datetime.fromisoformat(plan.moment), tick=False):
        yield


def enact(plan: RunPlan, dag: Any, *, source: bool) -> Enactment:
    """What the DAG does in each scenario. Task files are not resolved again."""
    for name in _NEEDED:
        importlib.import_module(name)
    listeners: Any = importlib.import_module("airflow.listeners.listener")
    listeners.integrate_listener_plugins = lambda _: None  # there are none here
    listeners.get_listener_manager()
    gc.freeze()  # what stands now is shared with every attempt
    for task in dag.tasks:
        task.resolve_template_files()
    steps = steps_of(plan, dag, source=source)
    known: Known = {}
    return Enactment(tuple(_Run(plan, scenario, steps, source, known).enacted() for scenario in plan.scenarios))


# By occasion, task and number of the attempt: how it ended, and what it met.
Known = dict[tuple[str, str, int], list[tuple[Told, list[Any]]]]


class _Run:
    """`known` are attempts of earlier runs: one that meets the same again ends in the same way."""

    def __init__(self, plan: RunPlan, scenario: Scenario, steps: tuple[Step, ...], source: bool, known: Known) -> None:
        self.plan, self.scenario, self.steps, self.source = plan, scenario, steps, source
        self.known = known
        self.store: Store = {}
        self.states: dict[str, str] = {}

    def enacted(self) -> Enacted:
        runs = []
        for step in self.steps:
            run = self._enact(step)
            self.states[step.name] = run.state
            runs.append(run)
        return Enacted(self.scenario.name, tuple(runs))

    def _enact(self, step: Step) -> TaskRun:
        if step.name in self.states:  # a task before it has skipped it
            return TaskRun(step.name, self.states[step.name])
        ended = [(one, self.states[one.name]) for one in self.steps if one.name in self.states]
        decision = decide(step, ended)
        if decision != RUN:
            return TaskRun(step.name, decision)
        retries = step.task.retries or 0
        if step.name in self.scenario.failing:
            return TaskRun(step.name, FAILED, retries + 1)
        if step.name in self.scenario.skipped:
            return TaskRun(step.name, SKIPPED, 1)
        calls: list[str] = []
        for number in range(1, retries + 2):
            told = self._attempt(step, number, number <= retries)
            calls += told.calls
            if told.state != AGAIN:
                break
        self._keep(step, told)
        outputs = tuple((key, text_of(value)) for key, value in sorted(told.outputs))
        return TaskRun(step.name, told.state, number, outputs, tuple(calls), told.error)

    def _attempt(self, step: Step, number: int, again: bool) -> Told:
        earlier = self.known.setdefault((self.scenario.occasion.name, step.name, number), [])
        for told, met in earlier:
            if told.reads is not None and met == self._met(told):
                return told
        for _ in range(MAX_RESCHEDULES):
            told = Attempt(self.plan, self.scenario, step, number, again, self.source).start(self.store, self.states)
            if told.state != LATER:
                break
        earlier.append((told, self._met(told)))
        return told

    def _met(self, told: Told) -> list[Any]:
        """What the outputs are now that the attempt read."""
        return [self.store.get(tuple(one)) if one else outputs_of(self.store, *many) for one, many in told.reads or ()]

    def _keep(self, step: Step, told: Told) -> None:
        for key, value in told.outputs:
            self.store[step.task.task_id, step.index, key] = value
        wanted = {tuple(name) if isinstance(name, list) else (name, None) for name in told.skips}
        for one in self.steps:
            if (one.original.task_id, None) in wanted or (one.original.task_id, one.index) in wanted:
                self.states.setdefault(one.name, SKIPPED)
