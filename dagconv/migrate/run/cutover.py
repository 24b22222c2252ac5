"""Switches workflows to their schedules, one DAG after another, and pauses the old ones before (docs/faults.md 48)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from dagconv.aws.services import CallError, World
from dagconv.deploy.definition import schedule_of
from dagconv.deploy.remote import DISABLED, SCHEDULED, Owner, RemoteWorkflow, read_remote, require_here
from dagconv.deploy.steps.step import AnyAction, Outcome, StepKey, StepRefusedError, Undoing
from dagconv.deploy.steps.switch_trigger import Switch, SwitchTrigger
from dagconv.errors import UsageError
from dagconv.language.cron import fires_after
from dagconv.migrate.plan.dependents import Dependent
from dagconv.migrate.run.desired_state import Wanted, differences, wanted_workflows
from dagconv.migrate.run.execute import Executor, Limits, Result, begin
from dagconv.migrate.run.journal import Journal, Run
from dagconv.migrate.run.lock import BucketLock, local_lock
from dagconv.migrate.run.records import ApplyRun, Chosen, CutoverRun, Note, Verb
from dagconv.migrate.run.state import State
from dagconv.migrate.steps.pause_source import Pause, Paused, PauseSource
from dagconv.migrate.survey.source import can_pause, paused_dags
from dagconv.migrate.survey.survey import read_environment

_SHOWN = 10  # runs that are missed
WAIT = 3600.0  # seconds: how long the runs of one old DAG are waited for


@dataclass(frozen=True, slots=True)
class Wave:
    """What to switch. `mode` is SCHEDULED, or as the service spells it; `environment` is the old one, empty where there
    is none, whose DAGs this call pauses or somebody has paused `by_hand`.
    """

    mode: str = SCHEDULED
    canary: int | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    environment: str = ""
    by_hand: bool = False
    wait: float = WAIT
    leave_runs: bool = False
    include_paused: bool = False
    break_dependents: bool = False
    take_over: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    name: str
    dag_id: str
    arn: str
    schedule: str
    version: str
    paused: bool
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Workflows of ours with a schedule that is not in force yet, by DAG id: those to switch, those whose old DAG is
    paused and stays as it is, and those that are not what was deployed.

    `running` are not paused, although somebody is said to have done it, and `trusted` DAG ids of which nobody can tell.
    `left` are DAGs that depend on a chosen one and stay behind, or on one that is `held` because of them.
    """

    chosen: tuple[Candidate, ...]
    paused: tuple[Candidate, ...]
    differing: tuple[Candidate, ...]
    running: tuple[Candidate, ...]
    trusted: tuple[str, ...]
    held: tuple[Candidate, ...]
    left: tuple[Dependent, ...]


def candidates(world: World, state: State, owner: Owner, wave: Wave) -> Candidates:
    """Raises UsageError when the old environment cannot say which DAGs are paused."""
    wanted = {one.arn: one for one in wanted_workflows(state, state.journal())}
    paused, ours = _paused(world, wave), list(_ours(world, owner))
    found = sorted(_candidates(ours, owner, wave, wanted, paused), key=lambda c: c.dag_id)
    off = [c for c in found if c.paused and not (wave.by_hand or wave.include_paused)]
    running = [c for c in found if wave.by_hand and paused.get(c.dag_id) is False]
    ready = [c for c in found if not c.differences and c not in off and c not in running]
    # A DAG without a schedule is started by whoever starts it, as soon as its workflow is there.
    moved = {w.dag_id for w in ours if w.trigger_mode == wave.mode or schedule_of(w.text) is None}
    moved |= {dag_id for dag_id, is_paused in paused.items() if is_paused}
    chosen, held, left = _settle(ready, moved, _dependents(state), wave)
    return Candidates(
        tuple(chosen),
        tuple(off),
        tuple(c for c in found if c.differences),
        tuple(running),
        tuple(c.dag_id for c in chosen if wave.by_hand and c.dag_id not in paused),
        tuple(held),
        tuple(left),
    )


def _dependents(state: State) -> tuple[Dependent, ...]:
    """By the plan that was applied last. Raises UsageError when it is gone."""
    applied = state.journal().last(Verb.APPLY)
    return state.kept_plan(applied.about.plan).dependents if applied and isinstance(applied.about, ApplyRun) else ()


def _settle(
    ready: Sequence[Candidate], moved: AbstractSet[str], dependents: Sequence[Dependent], wave: Wave
) -> tuple[list[Candidate], list[Candidate], list[Dependent]]:
    """Those that go, those that are held back, and who depends on them and stays: whom one holds back stays, too."""
    held: list[Candidate] = []
    while True:
        going = [c for c in ready if c not in held][: wave.canary]
        there = moved | {c.dag_id for c in going}
        left = [d for d in dependents if d.dag_id not in there and d.on in {c.dag_id for c in (*going, *held)}]
        new = [] if wave.break_dependents else [c for c in going if c.dag_id in {d.on for d in left}]
        if not new:
            return going, held, left
        held += new


def _paused(world: World, wave: Wave) -> Mapping[str, bool]:
    """Whether each old DAG is paused. Nothing is known where there is no environment, or one that cannot be asked.

    Raises UsageError for that where this call is to pause DAGs.
    """
    if not wave.environment:
        return {}
    version = read_environment(world, wave.environment).airflow_version
    if not can_pause(version):
        if wave.by_hand:
            return {}
        raise UsageError(
            f"Airflow {version} of {wave.environment} has no REST API that pauses DAGs (2.4.3 has): pause each with "
            "`airflow dags pause DAG_ID`, or in its web page, and call with --paused-by-hand"
        )
    try:
        return dict(paused_dags(world, wave.environment))
    except (CallError, ValueError) as error:
        if wave.by_hand:
            return {}
        raise UsageError(
            f"environment {wave.environment} cannot be asked which DAGs are paused: {error}; pause them by hand and "
            "call with --paused-by-hand"
        ) from error


def cut_over(world: World, state: State, applied: ApplyRun, wave: Wave, chosen: Sequence[Candidate]) -> Result:
    """Raises UsageError when a lock is held or an earlier run was cut off."""
    with local_lock(state.folder), BucketLock(world, applied.lock, state.folder).held("cutover"):
        journal = state.journal()
        order = tuple(Chosen(c.name, c.dag_id, c.arn, c.schedule, c.version) for c in chosen)
        pause = "" if wave.by_hand else wave.environment
        about = CutoverRun(applied.plan, applied.owner.mark, wave.mode, pause, order, wave.wait, wave.leave_runs)
        run = begin(world, journal, about)
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


def _carry_out(world: World, journal: Journal, run: Run, about: CutoverRun) -> Result:
    chains: list[list[AnyAction]] = []
    for one in about.chosen:
        switch = SwitchTrigger(one.name, one.dag_id, one.arn, about.mode, about.owner, one.version)
        pause = PauseSource(
            about.pause, one.dag_id, one.name, one.arn, about.mode, about.owner, about.wait, about.leave_runs
        )
        chains.append([pause, switch] if about.pause else [switch])
    executor = Executor(world, journal, run, Limits(parallel=1), _unpause(world, journal, run))
    executor.run_chains(chains)
    for one in about.chosen:
        if StepKey(Switch.kind, one.name) in executor.done:
            _tell_handover(world, one, executor.done.get(StepKey(Pause.kind, one.dag_id)))
    return executor.end()


def _tell_handover(world: World, one: Chosen, paused: Outcome | None) -> None:
    """What ran last in the old environment, what runs first on the service, and what runs on neither."""
    now = datetime.datetime.fromtimestamp(world.clock.now(), datetime.timezone.utc)
    first = next(iter(fires_after(one.schedule, now)), None)
    text = f"first on the service {first:%Y-%m-%d %H:%M} UTC" if first else f"on the service by {one.schedule}"
    if isinstance(paused, Paused):
        said = "unknown" if paused.last is None else paused.last or "never"
        text = f"last in the old environment {said}, {text}"
        last = _moment(paused.last or "")
        if last is not None and first is not None:
            between = [fire for fire in fires_after(one.schedule, last, _SHOWN) if fire < first]
            missed = ", ".join(f"{fire:%Y-%m-%d %H:%M}" for fire in between)
            text += f"; NOT RUN BY EITHER: {missed}" if missed else "; no run is missed"
    world.say(f"          DAG {one.dag_id}: {text}")


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


def _moment(text: str) -> datetime.datetime | None:
    """A time as Airflow writes it, None for anything else."""
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _ours(world: World, owner: Owner) -> Iterator[RemoteWorkflow]:
    for summary in world.workflows.all():
        there = read_remote(world, summary) if summary.get("WorkflowStatus") != "DELETING" else None
        if there is not None and there.ours(owner.mark):
            yield there


def _candidates(
    ours: Sequence[RemoteWorkflow], owner: Owner, wave: Wave, wanted: Mapping[str, Wanted], paused: Mapping[str, bool]
) -> Iterator[Candidate]:
    for there in ours:
        dag_id, schedule = there.dag_id, schedule_of(there.text)
        if there.trigger_mode == wave.mode:
            continue
        require_here([there], owner, take_over=wave.take_over)
        included = not wave.include or any(fnmatchcase(dag_id, pattern) for pattern in wave.include)
        if there.trigger_mode == DISABLED and not wave.include:
            continue  # somebody switched it off; only by name is it switched on
        if schedule is None or not included or any(fnmatchcase(dag_id, pattern) for pattern in wave.exclude):
            continue
        known = wanted.get(there.arn)
        found = differences(replace(known, trigger_mode=there.trigger_mode), there) if known else []
        is_paused = paused.get(dag_id, False)
        yield Candidate(there.name, dag_id, there.arn, schedule, there.version, is_paused, tuple(found))
