"""One attempt of one task, in a process of its own, as on a worker: by Airflow's task runner, its end told as data."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagconv.ir.enactment import RunPlan, Scenario
from dagconv.ir.rendering import OWN_MOMENT
from dagconv.worker import isolation
from dagconv.worker.enact.outside import stood_in
from dagconv.worker.enact.step import Step
from dagconv.worker.enact.supervisor import Store, Supervisor
from dagconv.worker.objects import text_of
from dagconv.worker.render.engine import engine_context, supervisor_stood_in
from dagconv.worker.render.render import SEED, source_context, typed
from dagconv.worker.render.run import run_of
from dagconv.worker.render.values import value_of

# Seconds of an attempt, which nothing that is stood in for needs.
LIMIT = 10.0
UNFINISHED = "unfinished"
_AIRFLOW = "airflow."
# Run as they are, since what they do outside is stood in for: functions, commands, and nothing at all.
_RUN = frozenset({"BashOperator", "EmptyOperator", "PythonOperator", "PythonSensor"})
_exit, _write, _dup2 = os._exit, os.write, os.dup2


@dataclass(frozen=True, slots=True)
class Told:
    """How an attempt ended: Airflow's state, outputs as serialised, tasks that it skips, calls, and what it raised.
    `reads` are the outputs that it asked for; None where it asked for more than these."""

    state: str
    outputs: tuple[tuple[str, Any], ...] = ()
    skips: tuple[Any, ...] = ()
    calls: tuple[str, ...] = ()
    error: str = ""
    reads: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """`source` tells whose context it has; `again` whether Airflow would try once more after a failure."""

    plan: RunPlan
    scenario: Scenario
    step: Step
    number: int
    again: bool
    source: bool

    def start(self, store: Store, states: Mapping[str, str]) -> Told:
        reading, writing = os.pipe()
        pid = isolation.fork()
        if pid == 0:
            try:
                os.close(reading)
                _say_nothing()
                told = json.dumps(self._run(store, states), ensure_ascii=True).encode()
                while told:
                    told = told[_write(writing, told) :]
            finally:
                _exit(0)
        os.close(writing)
        try:
            return _read(reading)
        finally:
            os.close(reading)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _run(self, store: Store, states: Mapping[str, str]) -> list[Any]:
        from airflow.sdk.execution_time import task_runner

        calls: list[str] = []
        task = self.step.task
        supervisor = Supervisor(self.step, store, states, calls)
        home = str(Path.cwd())
        runner: Any = task_runner
        with supervisor_stood_in(), stood_in(self.scenario.occasion, calls):
            runner.SUPERVISOR_COMMS = supervisor
            runner.get_hostname = lambda: "worker"
            random.seed(SEED)
            context = self._context(task)
            instance = context["ti"]
            if not _runs(task):
                task.execute = lambda context: self._note(context, calls)
            vars(task).update(on_execute_callback=[])
            state, _, error = runner.run(instance, context, _Log())
        raised = "" if error is None else f"{_airflows(error)}: {error}"
        outputs = [[key, value] for key, value in supervisor.pushed.items()]
        reads = None if supervisor.reads_states else supervisor.reads
        found = [str(state.value), outputs, supervisor.skips, calls, raised, reads]
        return json.loads(json.dumps(found).replace(home, "<home>"))  # type: ignore[no-any-return]

    def _context(self, task: Any) -> dict[str, Any]:
        from airflow.sdk.execution_time.xcom import XCom

        outputs: Any = XCom
        run = run_of(self.scenario.occasion, self.plan.runs if self.source else OWN_MOMENT)
        context = engine_context(task, run, outputs, self.step.index)
        instance = context["ti"]
        instance.id = uuid.UUID(int=1)
        instance.try_number, instance.max_tries = self.number, task.retries or 0
        instance._ti_context_from_server.should_retry = self.again
        if self.source:
            generation, number = self.plan.runs.generation, self.plan.scenarios.index(self.scenario)
            own = source_context(generation, number, task, run, outputs, self.step.index, context)
            context = {**context, **own}
        return {**context, "ti": instance, "task_instance": instance}

    def _note(self, context: Any, calls: list[str]) -> Any:
        """In place of an operator's own work: what it is and what its texts have rendered to."""
        task = context["ti"].task
        fields = {name: typed(getattr(task, name, None)) for name in sorted(task.template_fields)}
        calls.append(f"executes {type(task).__module__}.{type(task).__qualname__} {text_of(fields)}")
        if any(kind.__name__ == "BaseSensorOperator" for kind in type(task).__mro__):
            return None
        return value_of(self.scenario.occasion.values, f"{task.dag_id}.{self.step.name}.return_value")


def _runs(task: Any) -> bool:
    execute = type(task).execute
    return not execute.__module__.startswith(_AIRFLOW) or any(
        kind.__name__ in _RUN for kind in type(task).__mro__ if kind.__module__.startswith(_AIRFLOW)
    )


def _airflows(error: BaseException) -> str:
    """The kind of an error, without those by which this package refines Python's."""
    kinds = (kind for kind in type(error).__mro__ if not kind.__module__.startswith("dagconv."))
    return next(kinds).__name__


class _Log:
    """What the runner logs."""

    def __getattr__(self, _: str) -> Any:
        return lambda *_, **__: None


def _say_nothing() -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    _dup2(null, 1)
    _dup2(null, 2)


def _read(pipe: int) -> Told:
    """What it says within its time, to its end."""
    found, end = bytearray(), time.monotonic() + LIMIT
    while select.select([pipe], [], [], max(end - time.monotonic(), 0))[0]:
        data = os.read(pipe, 1 << 20)
        if not data:
            return _told(bytes(found))
        found += data
    return Told(UNFINISHED, error=f"took longer than {LIMIT:g} s")


def _told(data: bytes) -> Told:
    try:
        state, outputs, skips, calls, error, reads = json.loads(data)
    except ValueError:
        return Told(UNFINISHED, error="ended its own process")
    return Told(state, tuple((k, v) for k, v in outputs), tuple(skips), tuple(calls), error, reads and tuple(reads))
