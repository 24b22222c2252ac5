"""Carries steps out: intent to the journal, call, outcome to the journal; several chains at a time."""

from __future__ import annotations

import enum
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from dagconv.aws.services import CallError, Cause, Json, World
from dagconv.deploy.steps.step import REDO, Action, StepRefusedError
from dagconv.errors import UsageError
from dagconv.migrate.run.journal import Journal, Run

_REPEATS = 4


class State(str, enum.Enum):
    DONE = "done"
    FAILED = "failed"
    LEFT = "left"  # not begun: an earlier step of its chain failed, or the run stopped


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step. `cause` groups failures in the summary; `already` when it was done before."""

    step: str
    state: State
    facts: Json = field(default_factory=dict)
    reason: str = ""
    cause: str = ""
    already: bool = False


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
        on_failure: Callable[[Sequence[Action], Action], None] | None = None,
    ) -> None:
        self._world = world
        self._journal = journal
        self._run = run
        self._limits = limits
        self._on_failure = on_failure
        self._stop = threading.Event()
        self._no_creates = threading.Event()
        self._lock = threading.Lock()
        self._failures = 0
        self._intended = set(run.steps)
        self.done: dict[str, Json] = {}
        self.outcomes: list[Outcome] = []
        self.stopped = ""

    def run_chains(self, chains: Sequence[Sequence[Action]]) -> None:
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
    def failures(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.state is State.FAILED]

    @property
    def left(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.state is State.LEFT]

    def _run_chain(self, chain: Sequence[Action]) -> None:
        for position, action in enumerate(chain):
            reason = self.stopped if self._stop.is_set() else ""
            if self._no_creates.is_set() and action.step.startswith("create:"):
                reason = "the account has no room for more workflows"
            if reason:
                self._tell([Outcome(a.step, State.LEFT, reason=reason) for a in chain[position:]])
                return
            outcome = self._run_step(action)
            self._tell([outcome])
            if outcome.state is not State.DONE:
                if self._on_failure is not None:
                    self._on_failure(chain, action)
                self._tell(
                    [Outcome(a.step, State.LEFT, reason="a step before it failed") for a in chain[position + 1 :]]
                )
                return

    def _run_step(self, action: Action) -> Outcome:
        known = self._run.steps.get(action.step)
        if known is not None and known.outcome is not None:
            taken = self._take_over(action, known.outcome)
            if taken is not None:
                return taken
        try:
            if known is not None:
                intent, found = known.intent, action.find(self._world, known.intent, self.done)
            else:
                intent, found = action.prepare(self._world, self.done), None
            if found is None:
                self._journal.write("intent", self._run.id, action.step, intent)
                self._intended.add(action.step)
            outcome = found if found is not None else self._apply(action, intent)
        except (CallError, StepRefusedError) as error:
            return self._fail(action, error)
        self.done[action.step] = outcome
        self._journal.write("done", self._run.id, action.step, outcome)
        return Outcome(action.step, State.DONE, outcome)

    def _take_over(self, action: Action, outcome: Json) -> Outcome | None:
        """A step of the cut-off run, if what the journal says still holds; None when it must be done again."""
        try:
            drift = action.check(self._world, outcome)
        except CallError as error:
            drift = str(error)
        if drift == REDO:
            return None
        if drift:
            return Outcome(action.step, State.FAILED, reason=drift, cause="drift")
        self.done[action.step] = outcome
        return Outcome(action.step, State.DONE, outcome, already=True)

    def _apply(self, action: Action, intent: Json) -> Json:
        """After an unknown outcome the effect is looked for before the call is repeated (C1 2, 3, 15, 16)."""
        for repeat in range(_REPEATS):
            try:
                return action.apply(self._world, intent, self.done)
            except CallError as error:
                if error.cause is not Cause.UNKNOWN or repeat == _REPEATS - 1:
                    raise
                found = action.find(self._world, intent, self.done)
                if found is not None:
                    return found
                self._world.clock.sleep(1.0 * 2**repeat)
        raise AssertionError("the loop returns or raises")

    def _fail(self, action: Action, error: CallError | StepRefusedError) -> Outcome:
        cause = error.cause.value if isinstance(error, CallError) else "not as planned"
        reason = str(error)
        if action.step in self._intended:
            self._journal.write("failed", self._run.id, action.step, {"reason": reason, "cause": cause})
        if isinstance(error, CallError) and error.cause is Cause.EXPIRED:
            self._halt("credentials are missing or have expired")
        if isinstance(error, CallError) and error.cause is Cause.QUOTA and action.step.startswith("create:"):
            self._no_creates.set()
        with self._lock:
            self._failures += 1
            if self._limits.max_failures is not None and self._failures >= self._limits.max_failures:
                self._halt(f"--max-failures {self._limits.max_failures} reached")
        return Outcome(action.step, State.FAILED, reason=reason, cause=cause)

    def _halt(self, reason: str) -> None:
        if not self._stop.is_set():
            self.stopped = reason
            self._stop.set()

    def _tell(self, outcomes: Sequence[Outcome]) -> None:
        with self._lock:
            self.outcomes.extend(outcomes)
        for outcome in outcomes:
            if outcome.state is State.DONE:
                self._world.say(f"  done    {outcome.step}" + (" (already)" if outcome.already else ""))
            elif outcome.state is State.FAILED:
                self._world.say(f"  FAILED  {outcome.step}: {outcome.reason}")


def _is_interruption(error: BaseException) -> bool:
    """Ctrl-C or SIGTERM, as opposed to a step that broke."""
    return not isinstance(error, Exception)


def begin(journal: Journal, verb: str, run_id: str, facts: Json) -> Run:
    """A new run in the journal. Raises UsageError while another was cut off; one that ended may be partial (C1 46)."""
    open_run = journal.unfinished()
    if open_run is not None:
        advice = f"`migrate {open_run.verb}` again ends it"
        if open_run.verb in ("apply", "cutover"):
            advice = f"`migrate {open_run.verb} --resume` ends it, `migrate rollback` takes it back"
        raise UsageError(f"{open_run.verb} {open_run.id[:12]} was cut off: {advice}")
    journal.write("begin", run_id, facts={"verb": verb, **facts})
    return Run(run_id, verb, facts)
