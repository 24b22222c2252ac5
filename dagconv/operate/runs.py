"""Runs of one workflow: which there are, what became of each task, started, stopped, and followed to the end."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dagconv.aws.repeat import repeat_unknown
from dagconv.aws.services import Json, World
from dagconv.deploy.definition import body_of
from dagconv.errors import UsageError
from dagconv.operate.find import Found

FINAL = frozenset({"SUCCESS", "FAILED", "TIMEOUT", "STOPPED"})
GOOD_TASK = frozenset({"SUCCESS", "SKIPPED"})
BAD_TASK = frozenset({"FAILED", "UPSTREAM_FAILED", "CANCELLED", "TIMEOUT", "REMOVED"})
POLL = 5.0  # seconds
# ex_<uuid>_<task>_<attempt>, as the service names them (contract 6.3).
_INSTANCE = re.compile(r"ex_[0-9a-f-]+_(?P<task>.+)_(?P<attempt>\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a task; `instance` are GetTaskInstance's members."""

    task: str
    number: int
    status: str
    instance: Mapping[str, Any]

    @property
    def error(self) -> str:
        return str(self.instance.get("ErrorMessage") or "")

    @property
    def seconds(self) -> int | None:
        return self.instance.get("DurationInSeconds")


@dataclass(frozen=True, slots=True)
class RunState:
    """A run at one moment. A run may say SUCCESS although a task failed (contract 1.9, rule 66)."""

    run_id: str
    state: str
    error: str = ""
    attempts: tuple[Attempt, ...] = ()

    @property
    def ended(self) -> bool:
        return self.state in FINAL

    @property
    def last_attempts(self) -> tuple[Attempt, ...]:
        last: dict[str, Attempt] = {}
        for attempt in self.attempts:
            if attempt.task not in last or attempt.number >= last[attempt.task].number:
                last[attempt.task] = attempt
        return tuple(last.values())

    @property
    def failed(self) -> tuple[Attempt, ...]:
        return tuple(one for one in self.last_attempts if one.status in BAD_TASK)

    @property
    def good(self) -> bool:
        return self.state == "SUCCESS" and all(one.status in GOOD_TASK for one in self.last_attempts)


def list_runs(world: World, arn: str) -> list[Json]:
    """Summaries, the newest first."""
    found = list(world.workflows.runs(arn))
    return sorted(found, key=lambda run: str((run.get("RunDetailSummary") or {}).get("CreatedOn", "")), reverse=True)


def run_id_of(world: World, found: Found, given: str | None) -> str:
    """The run that the call names, else the newest. Raises UsageError where there is none."""
    if given:
        return given
    runs = list_runs(world, found.arn)
    if not runs:
        raise UsageError(f"{found.name} has no run yet: dag-converter workflow start {found.name}")
    return str(runs[0]["RunId"])


def parameters_of(found: Found, given: Mapping[str, Any]) -> Json:
    """The parameters of a run. Raises UsageError for one that the definition does not declare."""
    body = body_of(found.text)
    declared = (body[1].get("params") or {}) if body else {}
    unknown = sorted(set(given) - set(declared))
    if unknown:
        names = ", ".join(sorted(declared)) or "none"
        raise UsageError(f"{found.name} has no parameter {', '.join(unknown)}; it declares {names}")
    required = [name for name, spec in declared.items() if _is_required(spec) and name not in given]
    if required:
        raise UsageError(f"{found.name} needs a value for {', '.join(required)}: --param {required[0]}=VALUE")
    return dict(given)


def _is_required(spec: Any) -> bool:
    """A Param object without a default has none to fall back to."""
    return isinstance(spec, Mapping) and spec.get("__type__", "").endswith("Param") and "default" not in spec


def read_parameters(texts: tuple[str, ...], jsons: tuple[str, ...], document: str | None) -> dict[str, Any]:
    """From `name=text`, `name=JSON`, and a JSON document; what stands later wins. Raises UsageError."""
    found: dict[str, Any] = {}
    if document is not None:
        try:
            loaded = json.loads(document)
        except ValueError as error:
            raise UsageError(f"--params-file holds no JSON: {error}") from error
        if not isinstance(loaded, dict):
            raise UsageError("--params-file holds no JSON object")
        found |= loaded
    for option, given in (("--param", texts), ("--param-json", jsons)):
        for text in given:
            name, sign, value = text.partition("=")
            if not sign or not name:
                raise UsageError(f"{option} {text}: say NAME=VALUE")
            try:
                found[name] = value if option == "--param" else json.loads(value)
            except ValueError as error:
                raise UsageError(f"--param-json {name}: {value!r} is no JSON ({error})") from error
    return found


def start_run(world: World, arn: str, parameters: Json) -> str:
    """One token for all tries, so that a lost answer makes no second run. Raises CallError."""
    token = f"dagconv-{uuid.uuid4().hex}"
    return repeat_unknown(lambda: world.workflows.start_run(arn, token, parameters), lambda: None, world.clock)


@dataclass(slots=True)
class Follower:
    """Reads a run again and again; asks for a task instance only when its status is new."""

    world: World
    arn: str
    run_id: str
    _known: dict[str, Attempt] = field(default_factory=dict)

    def look(self) -> RunState:
        """One GetWorkflowRun, the pages of ListTaskInstances, one GetTaskInstance for each that changed."""
        detail: Json = self.world.workflows.run(self.arn, self.run_id).get("RunDetail") or {}
        for summary in self.world.workflows.task_instances(self.arn, self.run_id):
            identifier, status = str(summary["TaskInstanceId"]), str(summary.get("Status", "NONE"))
            known = self._known.get(identifier)
            if known is None or known.status != status:
                instance = self.world.workflows.task_instance(self.arn, self.run_id, identifier)
                self._known[identifier] = _attempt(identifier, str(instance.get("Status", status)), instance)
        error = str(detail.get("ErrorMessage") or "")
        return RunState(self.run_id, str(detail.get("RunState", "")), error, tuple(self._known.values()))

    def follow(self, tell: Callable[[RunState], None], timeout: float | None = None) -> RunState:
        """Tells each look, to the end of the run or of the time."""
        begun = self.world.clock.now()
        while True:
            state = self.look()
            tell(state)
            if state.ended or (timeout is not None and self.world.clock.now() - begun > timeout):
                return state
            self.world.clock.sleep(POLL)


def _attempt(identifier: str, status: str, instance: Json) -> Attempt:
    named = _INSTANCE.fullmatch(identifier)
    task = str(instance.get("TaskId") or (named["task"] if named else identifier))
    number = int(instance.get("AttemptNumber") or (named["attempt"] if named else 1))
    return Attempt(task, number, status, instance)


def news(before: RunState | None, now: RunState) -> Iterator[str]:
    """What changed since the look before, a line each."""
    told = {(one.task, one.number): one.status for one in before.attempts} if before else {}
    for one in now.attempts:
        if told.get((one.task, one.number)) != one.status:
            took = f" after {one.seconds} s" if one.seconds is not None else ""
            yield f"{one.task} attempt {one.number}: {one.status}{took}"
    if before is None or before.state != now.state:
        yield f"run {now.run_id}: {now.state}"
