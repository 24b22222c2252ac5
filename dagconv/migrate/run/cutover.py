"""Switches workflows to their schedules, one DAG after another, and pauses the old ones before (C1 48)."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from dagconv.aws.services import CallError, Json, World
from dagconv.deploy.definition import schedule_of
from dagconv.deploy.remote import DISABLED, SCHEDULED, TAG_DAG, TAG_ENVIRONMENT, RemoteWorkflow, read_remote
from dagconv.deploy.steps.step import Action, StepRefusedError
from dagconv.deploy.steps.switch_trigger import SwitchTrigger
from dagconv.language.cron import expand_preset, next_fires, parse_cron
from dagconv.migrate.run.apply import Result
from dagconv.migrate.run.execute import Executor, Limits, Outcome, begin
from dagconv.migrate.run.execute import State as StepState
from dagconv.migrate.run.journal import Journal, Run
from dagconv.migrate.run.lock import BucketLock, local_lock
from dagconv.migrate.run.state import State
from dagconv.migrate.steps import UNDO
from dagconv.migrate.steps.pause_source import PauseSource

NEAR = 300.0  # seconds: a schedule that fires this soon may be missed, or fire on both sides


@dataclass(frozen=True, slots=True)
class Wave:
    """What to switch. `mode` is SCHEDULED, or as the service spells it; `pause` names the old environment."""

    mode: str = SCHEDULED
    canary: int | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    pause: str | None = None
    wait: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    name: str
    dag_id: str
    arn: str
    schedule: str
    seconds_to_fire: float | None


def candidates(world: World, environment: str, wave: Wave) -> list[Candidate]:
    """Workflows of ours with a schedule that is not in force yet, by DAG id; the first `canary` of them."""
    found = sorted(_candidates(world, environment, wave), key=lambda c: c.dag_id)
    return found if wave.canary is None else found[: wave.canary]


def cut_over(
    world: World, state: State, bucket: str, prefix: str, wave: Wave, chosen: Sequence[Candidate], plan_id: str
) -> Result:
    """Raises UsageError when a lock is held or an earlier run was cut off."""
    with local_lock(state.folder), BucketLock(world, bucket, prefix, state.folder).held("cutover"):
        journal = state.journal()
        facts: Json = {"plan": plan_id, "prefix": prefix, "mode": wave.mode, "pause": wave.pause or ""}
        facts["chosen"] = [[c.name, c.dag_id, c.arn] for c in chosen]
        run = begin(journal, "cutover", uuid.uuid4().hex, facts)
        if wave.wait:
            _wait(world, chosen)
        return _carry_out(world, journal, run)


def resume_cutover(world: World, state: State, bucket: str, prefix: str) -> Result | None:
    """Ends a cutover that was cut off or failed in part."""
    with local_lock(state.folder):
        journal = state.journal()
        run = journal.last("cutover")
        if run is None or (run.ended and not run.result.get("open")):
            return None
        with BucketLock(world, bucket, prefix, state.folder).held("cutover --resume"):
            journal.write("note", run.id, facts={"text": "resumed"})
            return _carry_out(world, journal, run)


def seconds_to_fire(schedule: str, now: float) -> float | None:
    """Seconds until a cron fires next; None for forms that are counted from their creation, and for odd ones."""
    moment = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
    try:
        fires = next_fires(parse_cron(expand_preset(schedule) or schedule), moment, 1)
    except ValueError:
        return None
    return (fires[0] - moment).total_seconds() if fires else None


def _carry_out(world: World, journal: Journal, run: Run) -> Result:
    mode, pause = str(run.facts["mode"]), str(run.facts["pause"])
    chains: list[list[Action]] = []
    for name, dag_id, arn in run.facts["chosen"]:
        switch = SwitchTrigger(name, arn, mode)
        chains.append([PauseSource(pause, dag_id, arn), switch] if pause else [switch])
    executor = Executor(world, journal, run, Limits(parallel=1), _unpause(world, journal, run))
    executor.run_chains(chains)
    open_steps = [o.step for o in executor.outcomes if o.state is not StepState.DONE]
    journal.write("end", run.id, facts={"open": open_steps, "stopped": executor.stopped})
    return Result(run.id, tuple(executor.outcomes), executor.stopped, {})


class _unpause:  # noqa: N801  # reads as the call that it is
    """Lets the old DAG go again when its workflow could not be switched."""

    def __init__(self, world: World, journal: Journal, run: Run) -> None:
        self._world = world
        self._journal = journal
        self._run = run

    def __call__(self, chain: Sequence[Action], failed: Action) -> None:
        if not isinstance(failed, SwitchTrigger):
            return
        run = next(r for r in self._journal.runs() if r.id == self._run.id)
        for action in chain:
            step = run.steps.get(action.step)
            if not isinstance(action, PauseSource) or step is None or step.outcome is None:
                continue
            if _is_switched(self._world, failed):
                text = f"DAG {action.dag_id} stays paused: its workflow has the new trigger mode all the same"
            else:
                try:
                    text = UNDO["pause"](self._world, step.intent, step.outcome, set())
                except (CallError, StepRefusedError) as error:
                    text = f"DAG {action.dag_id} could not be let go again: {error}"
            self._journal.write("note", self._run.id, action.step, {"text": text})
            self._world.say(f"          {text}")


def _is_switched(world: World, switch: SwitchTrigger) -> bool:
    """Whether the new schedule is in force although the step failed; when that cannot be read, assume that it is."""
    try:
        return switch.find(world, {}, {}) is not None
    except CallError:
        return True


def _candidates(world: World, environment: str, wave: Wave) -> Iterator[Candidate]:
    for summary in world.workflows.all():
        if summary.get("WorkflowStatus") == "DELETING":
            continue
        there: RemoteWorkflow = read_remote(world, summary)
        dag_id, schedule = str(there.tags.get(TAG_DAG, "")), schedule_of(there.text)
        if not there.ours() or there.tags.get(TAG_ENVIRONMENT, "") != environment or there.trigger_mode == wave.mode:
            continue
        included = not wave.include or any(fnmatchcase(dag_id, pattern) for pattern in wave.include)
        if there.trigger_mode == DISABLED and not wave.include:
            continue  # somebody switched it off; only by name is it switched on
        if schedule is None or not included or any(fnmatchcase(dag_id, pattern) for pattern in wave.exclude):
            continue
        yield Candidate(there.name, dag_id, there.arn, schedule, seconds_to_fire(schedule, world.clock.now()))


def _wait(world: World, chosen: Sequence[Candidate]) -> None:
    """Lets those that fire within five minutes fire in the old environment first; frequent ones go on."""
    soon = [c.seconds_to_fire for c in chosen if c.seconds_to_fire is not None and c.seconds_to_fire <= NEAR]
    if soon:
        world.say(f"waiting {max(soon) + 5:.0f} s for schedules that are about to fire")
        world.clock.sleep(max(soon) + 5)


def outcome_names(outcomes: Sequence[Outcome]) -> list[str]:
    """Names of the workflows that were switched."""
    return [o.step.partition(":")[2] for o in outcomes if o.step.startswith("trigger:") and o.state is StepState.DONE]
