"""Runs of the stand-in: their states follow from the definition, a script, the start and the virtual clock alone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

# Seconds of virtual time: a run starts and is queued, then each attempt of a task takes its turn after its upstream.
STARTING, QUEUED, ATTEMPT, RETRY_DELAY = 5.0, 5.0, 20.0, 10.0
FINAL = frozenset({"SUCCESS", "FAILED", "TIMEOUT", "STOPPED"})
_NEVER = float("inf")
_DONE = frozenset({"SUCCESS", "FAILED", "UPSTREAM_FAILED", "CANCELLED", "TIMEOUT", "REMOVED"})


@dataclass(slots=True)
class TaskPlan:
    task_id: str
    operator: str
    upstream: tuple[str, ...]
    trigger_rule: str
    attempts: int
    fails: bool
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """What a test wants of the runs of one workflow.

    `states` are those that a task goes through, by its id, each as long as an attempt; the last stays. A run that goes
    on for longer than `limit` seconds ends in TIMEOUT; one with a `rendering_error` fails before it has task instances
    (contract 1.1).
    """

    fails: frozenset[str] = frozenset()
    states: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limit: float | None = None
    rendering_error: str = ""


@dataclass(slots=True)
class Run:
    """`stopped_at` is set by StopWorkflowRun."""

    run_id: str
    workflow_arn: str
    version: str
    started: float
    tasks: tuple[TaskPlan, ...]
    overrides: dict[str, Any]
    script: Script = field(default_factory=Script)
    kind: str = "ON_DEMAND"
    stopped_at: float | None = None
    uid: str = field(default_factory=lambda: str(uuid.uuid4()))

    def instances(self, now: float) -> list[dict[str, Any]]:
        """The task instances that exist at `now`, one per attempt that was begun."""
        if self.script.rendering_error:
            return []
        ends: dict[str, tuple[float, str]] = {}
        found: list[dict[str, Any]] = []
        moment, cut = self._moment(now)
        for task in self._in_order():
            ready = max([self._begun, *(ends[name][0] for name in task.upstream if name in ends)])
            if task.trigger_rule == "all_success" and any(ends[n][1] != "SUCCESS" for n in task.upstream if n in ends):
                ends[task.task_id] = (ready, "UPSTREAM_FAILED")
                if moment >= ready:
                    found.append(self._instance(task, 1, ready, ready, "UPSTREAM_FAILED"))
                continue
            if task.states:
                found += self._scripted(task, ready, moment, cut)
                last = task.states[-1]
                ends[task.task_id] = (ready + (len(task.states) - 1) * ATTEMPT if last in _DONE else _NEVER, last)
                continue
            found += self._attempts(task, ready, moment, cut)
            attempts = task.attempts if task.fails else 1
            end = ready + attempts * ATTEMPT + (attempts - 1) * RETRY_DELAY
            ends[task.task_id] = (end, "FAILED" if task.fails else "SUCCESS")
        return found

    def state(self, now: float) -> str:
        if self.stopped_at is not None:
            return "STOPPED" if now >= self.stopped_at + STARTING else "STOPPING"
        if now < self.started + STARTING:
            return "STARTING"
        if now < self._begun:
            return "QUEUED"
        if self.script.rendering_error:
            return "FAILED"
        moment, cut = self._moment(now)
        final = {task.task_id: "NONE" for task in self.tasks}
        for instance in self.instances(moment):
            final[instance["TaskId"]] = instance["Status"]
        if cut:
            return "TIMEOUT"
        if any(status not in _DONE for status in final.values()):
            return "RUNNING"
        upstream = {name for task in self.tasks for name in task.upstream}
        leaves = [final[task.task_id] for task in self.tasks if task.task_id not in upstream]
        return "SUCCESS" if all(status == "SUCCESS" for status in leaves) else "FAILED"

    def ended(self, now: float) -> float | None:
        if self.state(now) not in FINAL:
            return None
        ends: list[float] = [i["EndedAt"] for i in self.instances(now) if "EndedAt" in i]
        return max([self._begun, *ends])

    @property
    def _begun(self) -> float:
        return self.started + STARTING + QUEUED

    def _moment(self, now: float) -> tuple[float, str]:
        """The moment up to which tasks went on, and the state of those that were cut off then, if they were."""
        if self.stopped_at is not None and self.stopped_at <= now:
            return self.stopped_at, "CANCELLED"
        limit = self.script.limit
        if limit is not None and now >= self.started + limit and not self._all_done(self.started + limit):
            return self.started + limit, "TIMEOUT"
        return now, ""

    def _all_done(self, moment: float) -> bool:
        free = replace(self, script=replace(self.script, limit=None))
        return free.state(moment) in FINAL

    def _scripted(self, task: TaskPlan, ready: float, moment: float, cut: str) -> list[dict[str, Any]]:
        if moment < ready:
            return []
        step = min(int((moment - ready) // ATTEMPT), len(task.states) - 1)
        status = task.states[step]
        if status in _DONE:
            return [self._instance(task, 1, ready, ready + step * ATTEMPT, status)]
        return [self._instance(task, 1, ready, moment if cut else None, cut or status)]

    def _attempts(self, task: TaskPlan, ready: float, moment: float, cut: str) -> list[dict[str, Any]]:
        found = []
        for attempt in range(1, (task.attempts if task.fails else 1) + 1):
            begin = ready + (attempt - 1) * (ATTEMPT + RETRY_DELAY)
            if moment < begin:
                break
            over = moment >= begin + ATTEMPT
            last = attempt == task.attempts or not task.fails
            done = "SUCCESS" if not task.fails else "FAILED" if last else "UP_FOR_RETRY"
            end, status = (begin + ATTEMPT, done) if over else (None, cut or "RUNNING")
            found.append(self._instance(task, attempt, begin, end, status))
        return found

    def _instance(self, task: TaskPlan, attempt: int, begin: float, end: float | None, status: str) -> dict[str, Any]:
        instance: dict[str, Any] = {
            "TaskInstanceId": f"ex_{self.uid}_{task.task_id}_{attempt}",
            "TaskId": task.task_id,
            "OperatorName": task.operator.rsplit(".", 1)[-1],
            "AttemptNumber": attempt,
            "Status": status,
            "StartedAt": begin,
            "ModifiedAt": end or begin,
        }
        if end is not None:
            instance |= {"EndedAt": end, "DurationInSeconds": int(end - begin)}
        if status == "FAILED":
            instance["ErrorMessage"] = "Task failed: see its log"
        if status == "SUCCESS":
            instance["Xcom"] = {"return_value": f"password={task.task_id}-result"}
        return instance

    def _in_order(self) -> list[TaskPlan]:
        """Upstream before downstream; the definition was judged free of cycles."""
        done: dict[str, TaskPlan] = {}
        waiting = list(self.tasks)
        while waiting:
            ready = [t for t in waiting if all(name in done for name in t.upstream)] or waiting[:1]
            for task in ready:
                done[task.task_id] = task
            waiting = [t for t in waiting if t.task_id not in done]
        return list(done.values())


def read_tasks(dag: dict[str, Any], script: Script) -> tuple[TaskPlan, ...]:
    """Tasks of a definition; an absent `retries` is 1 on this service (contract 7)."""
    defaults = dag.get("default_args") or {}
    plans = []
    for task_id, task in (dag.get("tasks") or {}).items():
        retries = task.get("retries", defaults.get("retries", 1))
        plans.append(
            TaskPlan(
                task_id=str(task_id),
                operator=str(task.get("operator", "")),
                upstream=tuple(str(name) for name in task.get("dependencies") or ()),
                trigger_rule=str(task.get("trigger_rule", defaults.get("trigger_rule", "all_success"))),
                attempts=int(retries) + 1,
                fails=str(task_id) in script.fails,
                states=tuple(script.states.get(str(task_id), ())),
            )
        )
    return tuple(plans)
