"""Switches workflows to their schedules, one DAG after another, and pauses the old ones before (docs/faults.md 48)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from dagconv.aws.services import CallError, World
from dagconv.deploy.definition import schedule_of
from dagconv.deploy.remote import DISABLED, SCHEDULED, Owner, RemoteWorkflow, read_remote, require_here
from dagconv.deploy.steps.step import AnyAction, StepRefusedError, Undoing
from dagconv.deploy.steps.switch_trigger import SwitchTrigger
from dagconv.language.cron import expand_preset, next_fires, parse_cron
from dagconv.migrate.run.execute import Executor, Limits, Result, begin
from dagconv.migrate.run.journal import Journal, Run
from dagconv.migrate.run.lock import BucketLock, local_lock
from dagconv.migrate.run.records import ApplyRun, Chosen, CutoverRun, Note, Verb
from dagconv.migrate.run.state import State
from dagconv.migrate.steps.pause_source import Pause, Paused, PauseSource

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
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    name: str
    dag_id: str
    arn: str
    schedule: str
    seconds_to_fire: float | None


def candidates(world: World, owner: Owner, wave: Wave) -> list[Candidate]:
    """Workflows of ours with a schedule that is not in force yet, by DAG id; the first `canary` of them."""
    found = sorted(_candidates(world, owner, wave), key=lambda c: c.dag_id)
    return found if wave.canary is None else found[: wave.canary]


def cut_over(world: World, state: State, applied: ApplyRun, wave: Wave, chosen: Sequence[Candidate]) -> Result:
    """Raises UsageError when a lock is held or an earlier run was cut off."""
    with local_lock(state.folder), BucketLock(world, applied.lock, state.folder).held("cutover"):
        journal = state.journal()
        order = tuple(Chosen(c.name, c.dag_id, c.arn) for c in chosen)
        about = CutoverRun(applied.plan, applied.owner.mark, wave.mode, wave.pause or "", order)
        run = begin(world, journal, about)
        if wave.wait:
            _wait(world, chosen)
        return _carry_out(world, journal, run, about)


def resume_cutover(world: World, state: State, applied: ApplyRun) -> Result | None:
    """Ends a cutover that was cut off or failed in part."""
    with local_lock(state.folder):
        journal = state.journal()
        run = journal.last(Verb.CUTOVER)
        if run is None or not isinstance(run.about, CutoverRun) or (run.end is not None and not run.end.open):
            return None
        with BucketLock(world, applied.lock, state.folder).held("cutover --resume"):
            journal.write(Note(run.id, "resumed"))
            return _carry_out(world, journal, run, run.about)


def seconds_to_fire(schedule: str, now: float) -> float | None:
    """Seconds until a cron fires next; None for forms that are counted from their creation, and for odd ones."""
    moment = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
    try:
        fires = next_fires(parse_cron(expand_preset(schedule) or schedule), moment, 1)
    except ValueError:
        return None
    return (fires[0] - moment).total_seconds() if fires else None


def _carry_out(world: World, journal: Journal, run: Run, about: CutoverRun) -> Result:
    chains: list[list[AnyAction]] = []
    for one in about.chosen:
        switch = SwitchTrigger(one.name, one.dag_id, one.arn, about.mode, about.owner)
        pause = PauseSource(about.pause, one.dag_id, one.name, one.arn, about.mode, about.owner)
        chains.append([pause, switch] if about.pause else [switch])
    executor = Executor(world, journal, run, Limits(parallel=1), _unpause(world, journal, run))
    executor.run_chains(chains)
    return executor.end()


class _unpause:  # noqa: N801  # reads as the call that it is
    """Lets the old DAG go again when its workflow could not be switched."""

    def __init__(self, world: World, journal: Journal, run: Run) -> None:
        self._world = world
        self._journal = journal
        self._run = run

    def __call__(self, chain: Sequence[AnyAction], failed: AnyAction) -> None:
        if not isinstance(failed, SwitchTrigger):
            return
        run = next(r for r in self._journal.runs() if r.id == self._run.id)
        for action in chain:
            known = run.steps.get(action.key)
            if known is not None and isinstance(known.step, Pause) and isinstance(known.outcome, Paused):
                text = self._let_go(known.step, known.outcome)
                self._journal.write(Note(self._run.id, text))
                self._world.say(f"          {text}")

    def _let_go(self, pause: Pause, outcome: Paused) -> str:
        try:
            return pause.undo(self._world, outcome, Undoing()).text
        except (CallError, StepRefusedError) as error:
            return f"DAG {pause.dag} could not be let go again: {error}"


def _candidates(world: World, owner: Owner, wave: Wave) -> Iterator[Candidate]:
    for summary in world.workflows.all():
        if summary.get("WorkflowStatus") == "DELETING":
            continue
        there: RemoteWorkflow = read_remote(world, summary)
        dag_id, schedule = there.dag_id, schedule_of(there.text)
        if not there.ours(owner.mark) or there.trigger_mode == wave.mode:
            continue
        require_here([there], owner, take_over=wave.take_over)
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
