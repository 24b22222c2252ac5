"""Carries steps out: intent to the journal, call, outcome to the journal; several chains at a time."""

from __future__ import annotations

import enum
import os
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from dagconv.aws.repeat import repeat_unknown
from dagconv.aws.services import CallError, Cause, World
from dagconv.deploy.steps.step import AnyAction, AnyStep, Drift, Outcome, StepKey, StepRefusedError
from dagconv.errors import UsageError
from dagconv.migrate.run.journal import Journal, Recorded, Run
from dagconv.migrate.run.records import About, Begin, End, Intent, StepDone, StepFailed, Verb


class State(str, enum.Enum):
    DONE = "done"
    FAILED = "failed"
    LEFT = "left"  # not begun: an earlier step of its chain failed, or the run stopped


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of a step. `cause` groups failures in the summary; `already` when it was done before."""

    key: StepKey
    state: State
    reason: str = ""
    cause: str = ""
    already: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did. `warnings` maps workflow names to warnings of the service that were not predicted."""

    run_id: str
    results: tuple[StepResult, ...]
    stopped: str
    warnings: dict[str, list[str]]

    @property
    def failed(self) -> bool:
        return bool(self.stopped) or any(o.state is not State.DONE for o in self.results)


@dataclass(slots=True)
class Limits:
    parallel: int = 4
    max_failures: int | None = None


class Executor:
    """Runs the chains of one run. `on_failure` is asked to tidy up after a chain that broke (cutover)."""

    def __init__(
        self,
        world: World,
        journal: Journal,
        run: Run,
        limits: Limits,
        on_failure: Callable[[Sequence[AnyAction], AnyAction], None] | None = None,
    ) -> None:
        self._world = world
        self._journal = journal
        self._run = run
        self._limits = limits
        self._on_failure = on_failure
        self._stop = threading.Event()
        self._no_room = threading.Event()
        self._lock = threading.Lock()
        self._failed = 0
        self._intended = set(run.steps)
        self.done: dict[StepKey, Outcome] = {}
        self.results: list[StepResult] = []
        self.stopped = ""

    def run_chains(self, chains: Sequence[Sequence[AnyAction]]) -> None:
        """All chains, `parallel` at a time. The first Ctrl-C lets calls under way end, the second leaves at once."""
        interrupted: BaseException | None = None
        with ThreadPoolExecutor(max_workers=max(1, self._limits.parallel), thread_name_prefix="apply") as pool:
            waiting: set[Future[None]] = {pool.submit(self._run_chain, chain) for chain in chains}
            while waiting:
                try:
                    finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    for future in finished:
                        future.result()
                except BaseException as error:  # noqa: BLE001  # Ctrl-C and SIGTERM too; raised again below
                    if _is_interruption(error) and interrupted is not None and _is_interruption(interrupted):
                        os._exit(130)
                    interrupted = interrupted or error
                    self._halt("interrupted")
                    if _is_interruption(error):
                        self._world.say("finishing the calls under way; press Ctrl-C again to leave at once")
        if interrupted is not None:
            raise interrupted

    @property
    def failures(self) -> bool:
        return any(result.state is State.FAILED for result in self.results)

    def end(self, expected: Sequence[Sequence[AnyAction]] = ()) -> Result:
        """Ends the run in the journal. Steps of `expected` that were not begun count as left."""
        told = {result.key for result in self.results}
        left = [a.key for chain in expected for a in chain if a.key not in told]
        self.results += [StepResult(key, State.LEFT, reason="not begun") for key in left]
        still_open = tuple(result.key for result in self.results if result.state is not State.DONE)
        self._journal.write(End(self._run.id, still_open, self.stopped))
        return Result(self._run.id, tuple(self.results), self.stopped, {})

    def _run_chain(self, chain: Sequence[AnyAction]) -> None:
        for position, action in enumerate(chain):
            reason = self.stopped if self._stop.is_set() else ""
            if self._no_room.is_set() and action.needs_room:
                reason = "the account has no room for more workflows"
            if reason:
                self._tell([StepResult(a.key, State.LEFT, reason=reason) for a in chain[position:]])
                return
            result = self._run_step(action)
            self._tell([result])
            if result.state is not State.DONE:
                if self._on_failure is not None:
                    self._on_failure(chain, action)
                rest = chain[position + 1 :]
                self._tell([StepResult(a.key, State.LEFT, reason="a step before it failed") for a in rest])
                return

    def _run_step(self, action: AnyAction) -> StepResult:
        known = self._run.steps.get(action.key)
        if known is not None and known.outcome is not None:
            taken = self._take_over(known, known.outcome)
            if taken is not None:
                return taken
        try:
            step = known.step if known is not None else action.prepare(self._world, self.done)
            outcome: Outcome | None = step.find(self._world) if known is not None else None
            if outcome is None:
                self._journal.write(Intent(self._run.id, step))
                self._intended.add(action.key)
                outcome = self._apply(action, step)
            action.verify(self._world, outcome, self.done)
        except (CallError, StepRefusedError) as error:
            return self._fail(action, error)
        self.done[action.key] = outcome
        self._journal.write(StepDone(self._run.id, action.key, outcome))
        return StepResult(action.key, State.DONE)

    def _take_over(self, known: Recorded, outcome: Outcome) -> StepResult | None:
        """A step of the cut-off run, if what the journal says still holds; None when it must be done again."""
        key = known.step.key
        try:
            drift = known.step.check(self._world, outcome)
        except CallError as error:
            drift = Drift(str(error))
        if drift is None:
            self.done[key] = outcome
            return StepResult(key, State.DONE, already=True)
        return None if drift.redo else StepResult(key, State.FAILED, reason=drift.reason, cause="drift")

    def _apply(self, action: AnyAction, step: AnyStep) -> Outcome:
        """After an unknown outcome the effect is looked for before the call is repeated
        (docs/faults.md 2, 3, 15, 16).
        """

        outcome: Outcome = repeat_unknown(
            lambda: action.apply(self._world, step, self.done), lambda: step.find(self._world), self._world.clock
        )
        return outcome

    def _fail(self, action: AnyAction, error: CallError | StepRefusedError) -> StepResult:
        cause = error.cause.value if isinstance(error, CallError) else "not as planned"
        reason = str(error)
        if action.key in self._intended:
            self._journal.write(StepFailed(self._run.id, action.key, reason, cause))
        if isinstance(error, CallError) and error.cause is Cause.EXPIRED:
            self._halt("credentials are missing or have expired")
        if isinstance(error, CallError) and error.cause is Cause.QUOTA and action.needs_room:
            self._no_room.set()
        with self._lock:
            self._failed += 1
            if self._limits.max_failures is not None and self._failed >= self._limits.max_failures:
                self._halt(f"--max-failures {self._limits.max_failures} reached")
        return StepResult(action.key, State.FAILED, reason=reason, cause=cause)

    def _halt(self, reason: str) -> None:
        if not self._stop.is_set():
            self.stopped = reason
            self._stop.set()

    def _tell(self, results: Sequence[StepResult]) -> None:
        with self._lock:
            self.results.extend(results)
        for result in results:
            if result.state is State.DONE:
                self._world.say(f"  done    {result.key}" + (" (already)" if result.already else ""))
            elif result.state is State.FAILED:
                self._world.say(f"  FAILED  {result.key}: {result.reason}")


def _is_interruption(error: BaseException) -> bool:
    """Ctrl-C or SIGTERM, as opposed to a step that broke."""
    return not isinstance(error, Exception)


def begin(world: World, journal: Journal, about: About) -> Run:
    """A new run in the journal. Raises UsageError while another was cut off; one that ended may be partial
    (docs/faults.md 46).
    """
    cut_off = journal.unfinished()
    if cut_off is not None:
        verb = cut_off.verb
        advice = f"`migrate {verb.value}` again ends it"
        if verb in (Verb.APPLY, Verb.CUTOVER):
            advice = f"`migrate {verb.value} --resume` ends it, `migrate rollback` takes it back"
        advice += ", `migrate apply --abandon` gives it up"
        raise UsageError(f"{verb.value} {cut_off.name} was cut off: {advice}")
    run = Run(uuid.uuid4().hex, about, world.clock.now())
    journal.write(Begin(run.id, about, run.at))
    return run
