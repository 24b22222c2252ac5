"""Runs of the stand-in: their states follow from the definition, the start and the virtual clock alone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

# Seconds of virtual time: a run starts, then each attempt of a task takes its turn after its upstream tasks.
STARTING, ATTEMPT, RETRY_DELAY = 5.0, 20.0, 10.0
_DONE = frozenset({"SUCCESS", "FAILED", "UPSTREAM_FAILED", "CANCELLED"})


@dataclass(slots=True)
class TaskPlan:
    task_id: str
    operator: str
    upstream: tuple[str, ...]
    trigger_rule: str
    attempts: int
    fails: bool


@dataclass(slots=True)
class Run:
    """`stopped_at` is set by StopWorkflowRun."""

    run_id: str
    workflow_arn: str
    version: str
    started: float
    tasks: tuple[TaskPlan, ...]
    overrides: dict[str, Any]
    stopped_at: float | None = None
    log_written: set[str] = field(default_factory=set)
    uid: str = field(default_factory=lambda: str(uuid.uuid4()))

    def instances(self, now: float) -> list[dict[str, Any]]:
        """The task instances that exist at `now`, one per attempt that was begun."""
        moment = now if self.stopped_at is None else min(now, self.stopped_at)
        ends: dict[str, tuple[float, str]] = {}
        found: list[dict[str, Any]] = []
        for task in self._in_order():
            ready = max([self.started + STARTING, *(ends[name][0] for name in task.upstream if name in ends)])
            if task.trigger_rule == "all_success" and any(ends[n][1] != "SUCCESS" for n in task.upstream if n in ends):
                ends[task.task_id] = (ready, "UPSTREAM_FAILED")
                if moment >= ready:
                    found.append(self._instance(task, 1, ready, ready, "UPSTREAM_FAILED"))
                continue
            found += self._attempts(task, ready, moment)
            attempts = task.attempts if task.fails else 1
            end = ready + attempts * ATTEMPT + (attempts - 1) * RETRY_DELAY
            ends[task.task_id] = (end, "FAILED" if task.fails else "SUCCESS")
        return found

    def state(self, now: float) -> str:
        if self.stopped_at is not None:
            return "STOPPED" if now >= self.stopped_at + STARTING else "STOPPING"
        if now < self.started + STARTING:
            return "STARTING"
        final = {task.task_id: "NONE" for task in self.tasks}
        for instance in self.instances(now):
            final[instance["TaskId"]] = instance["Status"]
        if any(status not in _DONE for status in final.values()):
            return "RUNNING"
        upstream = {name for task in self.tasks for name in task.upstream}
        leaves = [final[task.task_id] for task in self.tasks if task.task_id not in upstream]
        return "SUCCESS" if all(status == "SUCCESS" for status in leaves) else "FAILED"

    def ended(self, now: float) -> float | None:
        if self.state(now) not in ("SUCCESS", "FAILED", "STOPPED"):
            return None
        ends: list[float] = [i["EndedAt"] for i in self.instances(now) if "EndedAt" in i]
        return max([self.started + STARTING, *ends])

    def _attempts(self, task: TaskPlan, ready: float, moment: float) -> list[dict[str, Any]]:
        found = []
        for attempt in range(1, (task.attempts if task.fails else 1) + 1):
            begin = ready + (attempt - 1) * (ATTEMPT + RETRY_DELAY)
            if moment < begin:
                break
            over = moment >= begin + ATTEMPT
            last = attempt == task.attempts or not task.fails
            status = "RUNNING" if not over else ("SUCCESS" if not task.fails else "FAILED" if last else "UP_FOR_RETRY")
            if not over and self.stopped_at is not None:
                status = "CANCELLED"
            found.append(self._instance(task, attempt, begin, begin + ATTEMPT if over else None, status))
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


def read_tasks(dag: dict[str, Any], fails: set[str]) -> tuple[TaskPlan, ...]:
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
                fails=str(task_id) in fails,
            )
        )
    return tuple(plans)
