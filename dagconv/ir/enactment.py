"""What the run proof enacts: runs of a DAG as data, and what came of each of its tasks."""

from __future__ import annotations

from dataclasses import dataclass

from dagconv.ir.rendering import Occasion, Pair, Runs


@dataclass(frozen=True, slots=True)
class Scenario:
    """One run. The tasks in `failing` end as failed and those in `skipped` as skipped without being started; ids are
    the definition's."""

    name: str
    occasion: Occasion
    failing: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What both sides enact. `pairs` has every task of the definition, `instances` the tasks that it has in the place
    of a mapped one, in order; `seed` is that of random numbers while the file is imported, `moment` its time."""

    dag_id: str
    runs: Runs
    scenarios: tuple[Scenario, ...]
    pairs: tuple[Pair, ...]
    instances: tuple[tuple[str, tuple[str, ...]], ...] = ()
    seed: int = 1
    moment: str = "2025-06-11T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class TaskRun:
    """What came of a task in one run. `state` is Airflow's word, or `unfinished` for an attempt that was stopped;
    `outputs` are keys with canonical texts of what was pushed, `calls` what it asked of the outside, in order."""

    task_id: str
    state: str
    tries: int = 0
    outputs: tuple[tuple[str, str], ...] = ()
    calls: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Enacted:
    """One run, its tasks in the order in which they ended."""

    scenario: str
    tasks: tuple[TaskRun, ...]


@dataclass(frozen=True, slots=True)
class Enactment:
    """What one side did."""

    runs: tuple[Enacted, ...]
