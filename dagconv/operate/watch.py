"""Starts a run of a workflow and follows it: each task's state as it changes, with its last log lines
(docs/faults.md 55).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dagconv.aws.redact import redact_text
from dagconv.aws.services import CallError, Json, World

_FINAL = frozenset({"SUCCESS", "FAILED", "TIMEOUT", "STOPPED"})
_BAD = frozenset({"FAILED", "UPSTREAM_FAILED", "CANCELLED", "TIMEOUT", "REMOVED"})
_POLL = 5.0
_LINES = 5


@dataclass(frozen=True, slots=True)
class Watched:
    """The end of a run. `failed_tasks` may be there although the run says SUCCESS (contract 1.9, rule 66)."""

    run_id: str
    state: str
    error: str
    failed_tasks: tuple[str, ...]

    @property
    def good(self) -> bool:
        return self.state == "SUCCESS" and not self.failed_tasks


def watch_run(world: World, arn: str, parameters: Json, timeout: float) -> Watched:
    """Follows a new run to its end; stops it on Ctrl-C and after `timeout` seconds. Raises CallError."""
    run_id = world.workflows.start_run(arn, f"dagconv-{uuid.uuid4().hex}", parameters)
    world.say(f"run {run_id} started")
    shown: dict[str, str] = {}
    begun = world.clock.now()
    try:
        while True:
            detail: Json = world.workflows.run(arn, run_id).get("RunDetail", {})
            state = str(detail.get("RunState", ""))
            tasks = _show_tasks(world, arn, run_id, shown)
            if state in _FINAL:
                return Watched(run_id, state, str(detail.get("ErrorMessage", "")), tasks)
            if world.clock.now() - begun > timeout:
                world.workflows.stop_run(arn, run_id)
                return Watched(run_id, "TIMEOUT", f"stopped after {timeout:.0f} s of watching", tasks)
            world.clock.sleep(_POLL)
    except KeyboardInterrupt:
        world.say(f"stopping run {run_id}")
        world.workflows.stop_run(arn, run_id)
        raise


def _show_tasks(world: World, arn: str, run_id: str, shown: dict[str, str]) -> tuple[str, ...]:
    """Says every state that is new; the tasks whose last attempt failed."""
    last: dict[str, tuple[int, str]] = {}
    for summary in world.workflows.task_instances(arn, run_id):
        identifier, status = str(summary["TaskInstanceId"]), str(summary.get("Status", "NONE"))
        instance = world.workflows.task_instance(arn, run_id, identifier)
        task, attempt = str(instance.get("TaskId", identifier)), int(instance.get("AttemptNumber", 1))
        if attempt >= last.get(task, (0, ""))[0]:
            last[task] = (attempt, status)
        if shown.get(identifier) == status:
            continue
        shown[identifier] = status
        world.say(f"  {task} attempt {attempt}: {status}")
        if status in ("SUCCESS", "FAILED", "UP_FOR_RETRY"):
            for line in log_lines(world, arn, instance):
                world.say(f"      {line}")
    return tuple(sorted(task for task, (_, status) in last.items() if status in _BAD))


def log_lines(world: World, arn: str, instance: Json) -> list[str]:
    """The last lines of a task's log. The service gives group and stream in one text with doubled slashes."""
    text = str(instance.get("LogStream", ""))
    group, marker, rest = text.partition("workflow_id=")
    if not marker:
        return []
    group = "/" + group.strip("/") + "/" if group.strip("/") else f"/aws/mwaa-serverless/{arn.rsplit('/', 1)[-1]}/"
    for name in dict.fromkeys((group, group.rstrip("/"))):
        try:
            lines = world.logs.tail(name, marker + rest, _LINES)
        except CallError as error:
            return [f"(log not readable: {error.cause.value})"]
        if lines:
            return [redact_text(line) for line in lines]
    return []
